//! Whatever the bytes are, reading them ends in a batch or an error: no panic, no endless loop, no
//! allocation beyond what the format allows.

use crate::common::{ALL, CZstd, Codec, read};
use chunk::{
    Compress as _, FormatError, Options, Packed, RuzstdCodec, Section, Tail, decode_block, encode,
    may_contain, read_meta,
};
use std::sync::Arc;

use model::{Batch, Entry, Labels, Place};
use proptest::collection::vec;
use proptest::prelude::*;

/// A chunk with every column, encoding and column of fields, small enough that each byte counts.
fn chunk() -> Vec<u8> {
    let fields = |all: &[(&str, String)]| {
        all.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect::<Vec<_>>()
    };
    let entries = (0..200_u64).map(|i| {
        let (seed, rtf) = (i % 3, format!("0.{}", (i + 1) * 7_919_373 % 1_000_003));
        Entry {
            timestamp: 1_734_393_600_000_000_000 + i as i64 * 1_500_000,
            arrival: i * 3,
            line: format!("INFO audio generated, seed={seed}, rtf={rtf}").into_bytes(),
            metadata: fields(&[("trace_id", format!("{:08x}", i * 0x9E37_79B9))]),
            auto: match i % 2 {
                0 => fields(&[("seed", seed.to_string()), ("rtf", rtf), ("level", "info".into())]),
                _ => fields(&[("rtf", rtf), ("text", format!("decoded {i}"))]),
            },
            place: (i % 9 > 0).then(|| Place { file: Arc::default(), offset: i * 90, len: 50 }),
        }
    });
    let batch = Batch::from_entries(entries.collect());
    let labels = Labels::from([("job", "cosyvoice3"), ("level", "info")]);
    encode(&labels, &batch, Options::default(), &mut CZstd).expect("a good batch").bytes
}

fn codecs() -> [Box<dyn Codec>; 2] {
    [Box::new(CZstd), Box::new(RuzstdCodec::new())]
}

/// Reads a changed chunk. Every byte that is read is under a checksum, so what comes out is
/// either the truth or an error.
fn check(bytes: &[u8], good: &(Labels, Batch)) -> Result<(), TestCaseError> {
    for mut codec in codecs() {
        if let Ok(got) = read(bytes, ALL, &mut *codec) {
            prop_assert_eq!(&got, good);
        }
    }
    Ok(())
}

/// One section as bytes that are not packed, under a checksum that is right.
fn plain(column: u8, bytes: &[u8]) -> Packed<'_> {
    let len = bytes.len() as u32;
    let checksum = crc32fast::hash(bytes);
    Packed { section: Section { column, offset: 8, len, raw: len, checksum }, bytes }
}

/// All sections of the chunk's only block, unpacked.
fn unpacked(chunk: &[u8]) -> (u32, Vec<(u8, Vec<u8>)>) {
    let Ok(Tail::Meta(meta)) = read_meta(chunk, chunk.len() as u64) else { panic!("a good chunk") };
    let unpack = |section: &Section| {
        let packed = section.of(chunk).expect("inside the chunk");
        (section.column, packed.unpack(&mut CZstd).expect("a good section"))
    };
    (meta.blocks[0].count, meta.blocks[0].sections.iter().map(unpack).collect())
}

/// A way to spoil bytes; positions are taken modulo the length.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Repeat(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>;
    prop_oneof![
        (at(), 1..=u8::MAX).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (at(), vec(any::<u8>(), 1..12)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), vec(Just(0xff_u8), 1..12)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), 1..40_usize).prop_map(|(at, len)| Damage::Remove(at, len)),
        (at(), 1..40_usize).prop_map(|(at, len)| Damage::Repeat(at, len)),
    ]
}

fn spoil(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let len = bytes.len();
    match damage {
        Damage::Flip(at, bits) => bytes[at % len] ^= bits,
        Damage::Insert(at, new) => {
            bytes.splice(at % len..at % len, new.iter().copied());
        }
        Damage::Remove(at, num) => {
            bytes.drain(at % len..(at % len + num).min(len));
        }
        Damage::Repeat(at, num) => {
            let again = bytes[at % len..(at % len + num).min(len)].to_vec();
            bytes.splice(at % len..at % len, again);
        }
    }
}

proptest! {
    #[test]
    fn a_damaged_chunk_is_an_error_or_the_truth(damages in vec(damage(), 1..4)) {
        let mut bytes = chunk();
        let good = read(&bytes, ALL, &mut CZstd).expect("a good chunk");
        damages.iter().for_each(|damage| spoil(&mut bytes, damage));
        check(&bytes, &good)?;
    }

    #[test]
    fn damage_below_the_checksums_is_survived(
        damages in vec((any::<usize>(), damage()), 1..4),
        count in prop_oneof![4 => Just(200_u32), 1 => any::<u32>()],
    ) {
        let (_, mut sections) = unpacked(&chunk());
        for (section, damage) in &damages {
            let at = section % sections.len();
            spoil(&mut sections[at].1, damage);
        }
        let packed: Vec<Packed<'_>> = sections.iter().map(|(c, bytes)| plain(*c, bytes)).collect();
        if let Ok(batch) = decode_block(count, &packed, ALL, &mut CZstd) {
            prop_assert_eq!(batch.len(), count as usize);
            prop_assert!(batch.timestamps.is_sorted());
            for row in 0..batch.len() {
                batch.entry(row);
            }
        }
        for (_, bytes) in &sections {
            may_contain(bytes, &[vec![b"timeout".to_vec()]]);
        }
    }

    #[test]
    fn a_damaged_frame_is_survived(
        damages in vec(damage(), 1..4),
        raw in prop_oneof![4 => Just(200_u32 * 42), 1 => 0..100_000_u32],
    ) {
        let text: Vec<u8> = (0..200).flat_map(|i| format!("{i:03} INFO audio generated, rtf=0.{:022}\n", i * i * 7919).into_bytes()).collect();
        for mut writer in codecs() {
            let mut bytes = writer.compress(&text).expect("memory to memory");
            damages.iter().for_each(|damage| spoil(&mut bytes, damage));
            let (len, checksum) = (bytes.len() as u32, crc32fast::hash(&bytes));
            let section = Section { column: 4, offset: 8, len, raw, checksum };
            for mut reader in codecs() {
                if let Ok(out) = (Packed { section, bytes: &bytes }).unpack(&mut *reader) {
                    prop_assert_eq!(out.len(), raw as usize);
                }
            }
        }
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in vec(any::<u8>(), 0..300), count in any::<u32>(), column in 0..10_u8) {
        for chunk_bytes in [bytes.len() as u64, 0, u64::MAX] {
            read_meta(&bytes, chunk_bytes).ok();
        }
        let packed: Vec<Packed<'_>> = (1..=8).map(|c| plain(if c == column { 1 } else { c }, &bytes)).collect();
        decode_block(count % 300, &packed, ALL, &mut CZstd).ok();
        may_contain(&bytes, &[vec![bytes.clone()]]);
    }
}

#[test]
fn every_truncation_and_every_flipped_bit_is_noticed() {
    let chunk = chunk();
    let good = read(&chunk, ALL, &mut CZstd).expect("a good chunk");
    for len in 0..chunk.len() {
        assert!(read(&chunk[..len], ALL, &mut CZstd).is_err(), "cut at {len}");
    }
    // The signature is no part of a read, the header repeats what the end says.
    for at in 0..chunk.len() {
        let mut bytes = chunk.clone();
        bytes[at] ^= 1;
        if let Ok(got) = read(&bytes, ALL, &mut CZstd) {
            assert_eq!(got, good, "flipped at {at}");
        }
    }
}

#[test]
fn what_a_section_claims_is_believed_within_limits_only() {
    let bytes = CZstd.compress(&[0; 100]).expect("memory to memory");
    let (len, checksum) = (bytes.len() as u32, crc32fast::hash(&bytes));
    for (raw, refused) in [(100, false), (99, true), (101, true), (1 << 26, true), (u32::MAX, true)]
    {
        let section = Section { column: 4, offset: 8, len, raw, checksum };
        for mut codec in codecs() {
            let got = Packed { section, bytes: &bytes }.unpack(&mut *codec);
            assert_eq!(got.is_err(), refused, "{raw}: {got:?}");
        }
    }
    let (_, sections) = unpacked(&chunk());
    let packed: Vec<Packed<'_>> = sections.iter().map(|(c, bytes)| plain(*c, bytes)).collect();
    let limit = decode_block(u32::MAX, &packed, ALL, &mut CZstd);
    assert!(matches!(limit, Err(FormatError::Limit { .. })), "{limit:?}");
    let missing = decode_block(200, &packed[1..], ALL, &mut CZstd);
    assert_eq!(missing, Err(FormatError::Missing { column: "times" }));
}

#[test]
fn a_few_bytes_cannot_claim_any_number_of_values() {
    // 2000 names, each with one empty value for all entries, which all have all names.
    let (num_names, count) = ([0xd0, 0x0f], 100_000);
    let mut auto = num_names.to_vec();
    (0..2000).for_each(|i| auto.extend(format!("\x04{i:04}").into_bytes()));
    auto.push(1);
    auto.extend(num_names);
    auto.extend([0; 2000]);
    auto.extend(vec![1; count]);
    (0..2000).for_each(|_| auto.extend([2, 0, 0]));
    let timestamps = [&[0, 2][..], &vec![0; count - 1]].concat();
    let (zeros, feeds) = (vec![0; count], vec![b'\n'; count]);
    let packed: Vec<Packed<'_>> =
        [(1, &timestamps), (2, &zeros), (3, &zeros), (4, &feeds), (6, &auto)]
            .map(|(column, bytes)| plain(column, bytes))
            .to_vec();
    let got = decode_block(count as u32, &packed, ALL, &mut CZstd);
    assert!(matches!(got, Err(FormatError::Limit { what: "auto fields", .. })), "{got:?}");
}
