//! What is written is what is read, whoever packed it and however little is asked for.

use crate::common::{ALL, CZstd, Codec, read};
use chunk::{
    ChunkId, EncodeError, Encoder, Options, RuzstdCodec, TAIL_BYTES, Tail, Want, encode, read_meta,
    rows, write_meta,
};
use std::sync::Arc;

use model::{Batch, Columns, Entry, Labels, Place, SourceFile};

fn labels() -> Labels {
    Labels::from([("job", "cosyvoice3"), ("level", "info"), ("filename", "/logs/a \"b\".log")])
}

fn entry(timestamp: i64, arrival: u64, line: impl Into<Vec<u8>>, auto: &[(&str, &str)]) -> Entry {
    let owned = |fields: &[(&str, &str)]| {
        fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    };
    Entry {
        timestamp,
        arrival,
        line: line.into(),
        metadata: vec![],
        auto: owned(auto),
        place: None,
    }
}

/// Writes and reads with both codecs, each what the other wrote.
fn check(entries: Vec<Entry>) {
    let batch = Batch::from_entries(entries);
    let mut codecs: [Box<dyn Codec>; 2] = [Box::new(CZstd), Box::new(RuzstdCodec::new())];
    for writer in 0..2 {
        for reader in 0..2 {
            let encoded = encode(&labels(), &batch, Options::default(), &mut *codecs[writer])
                .expect("the batch is whole and in order");
            let read =
                read(&encoded.bytes, ALL, &mut *codecs[reader]).expect("it has just been written");
            assert_eq!(read, (labels(), batch.clone()), "{writer} {reader}");
            assert_eq!(encoded.id, ChunkId::of(&encoded.bytes));
            assert_eq!(encoded.id.to_string().parse(), Ok(encoded.id));
            assert_eq!(encoded.meta.num_entries(), batch.len() as u64);
        }
    }
}

#[test]
fn a_chunk_written_in_parts_is_the_same_chunk() {
    let batch = Batch::from_entries(service(40_000));
    let options = Options { block_bytes: 64 << 10 };
    let whole = encode(&labels(), &batch, options, &mut CZstd).expect("the batch is in order");
    for part in [1_000, 7_777, 39_999] {
        let mut encoder = Encoder::new(labels(), options).expect("few labels");
        for start in (0..batch.len()).step_by(part) {
            let part = rows(&batch, start..start + part);
            encoder.push(part, &mut CZstd).expect("the parts follow each other");
        }
        let encoded = encoder.finish(&mut CZstd).expect("there are entries");
        assert_eq!(encoded.bytes, whole.bytes, "parts of {part}");
        let tail = write_meta(&encoded.meta).expect("a small footer");
        let read = read_meta(&tail, encoded.bytes.len() as u64);
        assert_eq!(read, Ok(Tail::Meta(encoded.meta)));
    }
    let mut encoder = Encoder::new(labels(), options).expect("few labels");
    encoder.push(rows(&batch, 10..20), &mut CZstd).expect("a part");
    let before = encoder.push(rows(&batch, 0..5), &mut CZstd);
    assert_eq!(before, Err(EncodeError::Order { row: 0 }));
    let empty = Encoder::new(labels(), options).expect("few labels").finish(&mut CZstd);
    assert_eq!(empty.err(), Some(EncodeError::Empty));
}

/// Lines of a service, with the values Logpane takes out of them.
fn service(num: u64) -> Vec<Entry> {
    (0..num)
        .map(|i| {
            let (rtf, seed) = (format!("0.{}", (i + 3) * 7_919_373_251 % 9_000_000_019), i % 5);
            let (ts, seed) =
                (1_734_393_600_000_000_000 + i as i64 * 2_345_000_000, seed.to_string());
            match i % 4 {
                0 => entry(
                    ts,
                    i,
                    format!("2024-12-17 INFO seed={seed}, rtf={rtf}"),
                    &[("seed", &seed), ("rtf", &rtf), ("level", "info")],
                ),
                1 => entry(ts, i, format!("yield speech len 0.51, rtf {rtf}"), &[("rtf", &rtf)]),
                2 => entry(
                    ts,
                    i,
                    "Traceback:\n  File \"音频.py\"\n\nCUDA out of memory",
                    &[
                        ("error", "OutOfMemoryError"),
                        ("unescaped", &format!("not in the line {i}")),
                    ],
                ),
                _ => entry(ts, i, "", &[]),
            }
        })
        .collect()
}

#[test]
fn entries_of_every_kind_come_back() {
    check(service(1));
    check(service(1000));
    check(service(40_000));
    check(vec![entry(i64::MIN, u64::MAX, "", &[]), entry(i64::MAX, 0, "\n\n", &[("", "")])]);
    check(vec![entry(-1, 5, b"\xff\xfe \r\n\0".to_vec(), &[("k", "not there")])]);
    check((0..300_000).map(|i| entry(7, i, "", &[])).collect());
    check((0..50).map(|i| entry(0, 1 << (i % 60), "x".repeat(1 << (i % 20)), &[])).collect());
    // Every entry has names of its own.
    check((0..300).map(|i| entry(i, 0, "", &[(&format!("k{i}"), "v"), ("é", "")])).collect());
}

#[test]
fn pushed_metadata_comes_back() {
    let pushed = |i: i64| Entry {
        metadata: vec![
            ("trace_id".into(), format!("{:032x}", i * 0x9E37_79B9_7F4A)),
            ("pod".into(), format!("web-{}", i % 3)),
        ],
        ..entry(i / 3, i as u64, format!("line {i}"), &[])
    };
    check((0..2000).map(pushed).collect());
    // More values than one block may have.
    let many = |i: i64| Entry {
        metadata: (0..60).map(|k| (format!("k{k}"), format!("{i}"))).collect(),
        ..entry(i, 0, "", &[])
    };
    check((0..10_000).map(many).collect());
}

/// Entries as they stand in two files that are read by turns, with gaps where other streams have
/// theirs; some were pushed.
fn placed(num: u64) -> Vec<Entry> {
    let file = |inode| Arc::new(SourceFile { path: "/logs/音频.log".into(), device: 9, inode });
    let files = [file(1), file(u64::MAX)];
    let mut ends = [0, 5_000_000_000];
    let mut entries = service(num);
    for (i, entry) in entries.iter_mut().enumerate().filter(|(i, _)| i % 7 != 3) {
        let at = i / 20 % 2;
        let offset = ends[at] + if i % 5 == 0 { 300 } else { 1 };
        // Not every line takes as many bytes in its file as it takes here.
        let len = entry.line.len() as u32 / 2 + i as u32 % 3;
        ends[at] = offset + u64::from(len);
        entry.place = Some(Place { file: Arc::clone(&files[at]), offset, len });
    }
    entries
}

#[test]
fn places_come_back() {
    check(placed(1000));
    check(placed(40_000));
    let far = |offset, len| Entry {
        place: Some(Place { file: Arc::default(), offset, len }),
        ..entry(0, offset, "x", &[])
    };
    check(vec![far(0, u32::MAX), far(u64::MAX, 0), far(5, 1)]);
    check(vec![entry(0, 0, "", &[]), far(1, 0), entry(2, 2, "", &[])]);
}

#[test]
fn lines_that_follow_each_other_have_places_that_cost_nothing() {
    let file = Arc::new(SourceFile { path: "/logs/app.log".into(), device: 9, inode: 1 });
    let mut entries = service(40_000);
    let mut offset = 0;
    for entry in &mut entries {
        let len = entry.line.len() as u32;
        entry.place = Some(Place { file: Arc::clone(&file), offset, len });
        offset += u64::from(len) + 1;
    }
    let batch = Batch::from_entries(entries);
    let meta = encode(&labels(), &batch, Options::default(), &mut CZstd).unwrap().meta;
    let sections = meta.blocks.iter().filter_map(|block| block.section(chunk::Column::Places));
    let size: u32 = sections.map(|section| section.len).sum();
    assert!(u64::from(size) < offset / 1000, "{size} bytes for {offset}");
}

#[test]
fn a_reader_gets_the_columns_it_asked_for() {
    let batch = Batch::from_entries(placed(2000));
    let encoded = encode(&labels(), &batch, Options::default(), &mut CZstd).unwrap();
    let none = Columns::default();
    let lines = batch.lines.clone();
    let lengths: Vec<u32> = (0..batch.len()).map(|row| batch.line_len(row) as u32).collect();
    let timestamps = || Batch { timestamps: batch.timestamps.clone(), ..Batch::default() };
    for (columns, auto_fields, expected) in [
        (none, None, timestamps()),
        (
            Columns { arrivals: true, ..none },
            None,
            Batch { arrivals: batch.arrivals.clone(), ..timestamps() },
        ),
        (Columns { lengths: true, ..none }, None, Batch { lengths, ..timestamps() }),
        (Columns { lines: true, ..none }, None, Batch { lines, ..timestamps() }),
        (Columns { auto: true, ..none }, None, Batch { auto: batch.auto.clone(), ..timestamps() }),
        (
            Columns { places: true, ..none },
            None,
            Batch { places: batch.places.clone(), ..timestamps() },
        ),
        (
            Columns { auto: true, metadata: true, ..none },
            Some(&["rtf", "no such name"][..]),
            Batch {
                auto: model::Fields::from_columns(vec![batch.auto.column("rtf").unwrap().clone()]),
                ..timestamps()
            },
        ),
    ] {
        let got = read(&encoded.bytes, Want { columns, auto_fields }, &mut CZstd).unwrap().1;
        assert_eq!(got, expected, "{columns:?} {auto_fields:?}");
    }
}

#[test]
fn the_footer_says_what_the_chunk_holds() {
    let batch = Batch::from_entries(service(60_000));
    let encoded = encode(&labels(), &batch, Options { block_bytes: 0 }, &mut CZstd).unwrap();
    let bytes = &encoded.bytes;
    let tail = &bytes[bytes.len() - TAIL_BYTES..];
    assert_eq!(read_meta(tail, bytes.len() as u64), Ok(Tail::Meta(encoded.meta.clone())));
    let meta = encoded.meta;
    assert!(meta.blocks.len() > 10, "{}", meta.blocks.len());
    assert_eq!(meta.num_entries(), 60_000);
    assert_eq!(meta.raw_bytes(), batch.lines.as_ref().unwrap().bytes.len() as u64);
    assert_eq!(meta.first(), batch.timestamps[0]);
    assert_eq!(meta.last(), *batch.timestamps.last().unwrap());
    assert_eq!(meta.last_arrival(), 59_999);
    for pair in meta.blocks.windows(2) {
        assert!(pair[0].last <= pair[1].first);
    }
}

#[test]
fn what_is_no_whole_batch_in_order_is_refused() {
    let good = Batch::from_entries(service(3));
    let refused = |batch: &Batch| encode(&labels(), batch, Options::default(), &mut CZstd).err();
    assert_eq!(refused(&good), None);
    assert_eq!(refused(&Batch::default()), Some(EncodeError::Empty));
    let rows = |column, found| Some(EncodeError::Rows { column, found, expected: 3 });
    assert_eq!(refused(&Batch { arrivals: vec![], ..good.clone() }), rows("arrivals", 0));
    assert_eq!(refused(&Batch { lines: None, ..good.clone() }), rows("lines", 0));
    let mut unordered = good.clone();
    unordered.timestamps.swap(0, 1);
    assert_eq!(refused(&unordered), Some(EncodeError::Order { row: 1 }));
    let mut beyond = good.clone();
    beyond.auto.push(3, "seed", "1");
    assert_eq!(refused(&beyond), rows("auto fields", 4));
    let mut beyond = good.clone();
    beyond.places.push(3, &Arc::default(), 0, 0);
    assert_eq!(refused(&beyond), rows("places", 4));

    let many: Labels = (0..2000).map(|i| (format!("l{i}"), "v")).collect();
    let labels = encode(&many, &good, Options::default(), &mut CZstd).err();
    let (what, size, limit) = ("number of labels", 2000, 1024);
    assert_eq!(labels, Some(EncodeError::TooLarge { what, size, limit }));
    let long = Batch::from_entries(vec![entry(0, 0, vec![b'x'; 64 << 20], &[])]);
    let (what, size, limit) = ("lines", (64 << 20) + 1, 64 << 20);
    assert_eq!(refused(&long), Some(EncodeError::TooLarge { what, size, limit }));
    let value = "x".repeat((64 << 20) + 1);
    let heavy = Batch::from_entries(vec![entry(0, 0, "", &[("k", &value)])]);
    let what = "auto fields";
    assert_eq!(refused(&heavy), Some(EncodeError::TooLarge { what, size, limit }));
}
