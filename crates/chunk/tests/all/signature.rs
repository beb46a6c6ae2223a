//! A signature never hides a line, and hides most blocks that lack a word.

use crate::common::CZstd;
use chunk::{Column, Options, encode, may_contain};
use model::{Batch, Entry, Labels};
use proptest::prelude::*;

/// The signature of one block of these lines, unpacked, and its packed size.
fn signature(lines: &[String]) -> (Vec<u8>, u32) {
    let entry = |(i, line): (usize, &String)| Entry {
        arrival: i as u64,
        line: line.clone().into_bytes(),
        ..Entry::default()
    };
    let batch = Batch::from_entries(lines.iter().enumerate().map(entry).collect());
    let options = Options { block_bytes: 4 << 20 };
    let chunk = encode(&Labels::new(), &batch, options, &mut CZstd).expect("a good batch");
    assert_eq!(chunk.meta.blocks.len(), 1);
    match chunk.meta.blocks[0].section(Column::Signature) {
        None => (Vec::new(), 0),
        Some(section) => {
            let packed = section.of(&chunk.bytes).expect("inside the chunk");
            (packed.unpack(&mut CZstd).expect("a good section"), section.len)
        }
    }
}

/// Eight letters that are like no other word's.
fn word(seed: usize) -> String {
    let mut state = seed as u64 + 1;
    let letter = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (state >> 33) as u8 % 26)
    };
    (0..8).map(letter).collect()
}

proptest! {
    #[test]
    fn no_part_of_a_line_is_hidden(
        lines in proptest::collection::vec("[ -~é音\n]{0,40}", 1..60),
        line: prop::sample::Index,
        start: prop::sample::Index,
        len in 0..30_usize,
    ) {
        let (signature, _) = signature(&lines);
        let line = lines[line.index(lines.len())].as_bytes();
        let start = start.index(line.len() + 1);
        let part = line[start..(start + len).min(line.len())].to_vec();
        prop_assert!(may_contain(&signature, &[vec![part.clone()]]), "{:?}", part);
    }
}

#[test]
fn few_absent_words_pass_and_the_signature_is_small() {
    // The even words occur, in lines with times and measurements; the odd ones do not.
    let lines: Vec<String> = (0..10_000_usize)
        .map(|i| {
            let (a, b) = (word(i % 400 * 2), word(i * 7 % 400 * 2));
            let (rtf, second) = (i * 7_919_373 % 1_000_003, i / 20 % 60);
            format!("2024-12-17 14:30:{second:02},{:03} INFO {a} of {b}: rtf=0.{rtf:06}", i % 1000)
        })
        .collect();
    let raw: usize = lines.iter().map(|line| line.len() + 1).sum();
    let (signature, packed) = signature(&lines);
    assert!(packed as usize * 100 <= raw, "{packed} bytes for {raw}");

    let absent = (0..400).map(|i| word(i * 2 + 1)).filter(|w| !lines.iter().any(|l| l.contains(w)));
    let passed: Vec<bool> =
        absent.map(|word| may_contain(&signature, &[vec![word.into_bytes()]])).collect();
    let num_passed = passed.iter().filter(|passed| **passed).count();
    assert!(passed.len() >= 200, "{} words", passed.len());
    assert!(num_passed * 20 <= passed.len(), "{num_passed} of {} absent words pass", passed.len());
}
