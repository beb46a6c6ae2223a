//! Which bytes of the file each entry consists of.

use std::fs;

use crate::{catalogue, support::MS};
use detect::{Context, Detector, Event, Start};
use encoding_rs::GB18030;

/// The entries of a file that is read in pieces of `piece` bytes: each with the text it has and
/// the bytes it consists of.
fn entries(bytes: &[u8], piece: usize, max_line: usize) -> Vec<(String, Vec<u8>)> {
    let context = Context { max_line, ..Context::default() };
    let mut detector = Detector::new(context, Start { offset: 0, mtime: MS });
    let mut found: Vec<(Vec<u8>, u64, u64)> = Vec::new();
    let mut last_line = 0;
    let mut emit = |event: Event<'_>| match event {
        Event::Entry(record) => {
            if record.kind == detect::Kind::Line {
                last_line = found.len();
            }
            assert!(record.text_end <= record.end_offset);
            found.push((record.line.to_vec(), record.start_offset, record.text_end));
        }
        Event::Extend(more) => {
            let (line, _, end) = &mut found[last_line];
            line.push(b'\n');
            line.extend_from_slice(more.text);
            *end = more.text_end;
        }
        Event::Session(_) => {}
    };
    for piece in bytes.chunks(piece) {
        detector.feed(piece, MS, &mut emit);
        if piece.len() == 1 {
            detector.settle(MS, &mut emit);
        }
    }
    detector.finish(MS, &mut emit);
    let range = |start: u64, end: u64| bytes[start as usize..end as usize].to_vec();
    let text = |line: Vec<u8>| String::from_utf8_lossy(&line).into_owned();
    found.into_iter().map(|(line, start, end)| (text(line), range(start, end))).collect()
}

#[track_caller]
fn check(bytes: &[u8], expected: &[&[u8]]) {
    check_lines(bytes, 4 << 20, expected);
}

#[track_caller]
fn check_lines(bytes: &[u8], max_line: usize, expected: &[&[u8]]) {
    for piece in [bytes.len(), 7, 1] {
        let found = entries(bytes, piece, max_line);
        let found: Vec<&[u8]> = found.iter().map(|(_, range)| range.as_slice()).collect();
        let shown = found.iter().map(|range| range.escape_ascii().to_string());
        assert_eq!(found, expected, "pieces of {piece}: {:#?}", shown.collect::<Vec<_>>());
    }
}

#[test]
fn lines_are_found_without_their_ends() {
    check(b"one\n\ntwo\r\nthree", &[b"one", b"two", b"three"]);
    check(b"\xef\xbb\xbfone\ntwo\n", &[b"one", b"two"]);
    check(b"\0\0\0one\ntwo\n", &[b"one", b"two"]);
}

#[test]
fn a_joined_record_reaches_to_its_last_line() {
    let record =
        b"Traceback (most recent call last):\r\n  File \"x.py\", line 1\r\n\r\nValueError: x";
    check(&[b"one\n", &record[..], b"\r\ntwo\n"].concat(), &[b"one", record, b"two"]);
}

#[test]
fn frames_stand_apart_from_lines() {
    // A bar is over with the file.
    let (half, full) = (
        "50%|█████     | 1/2 [00:01<00:01,  1.31s/it]",
        "100%|██████████| 2/2 [00:02<00:00,  1.31s/it]",
    );
    let bytes = format!("\r {half}\r{full}INFO done\nnext\n");
    check(bytes.as_bytes(), &[b"INFO done", b"next", full.as_bytes()]);
}

#[test]
fn bytes_are_those_of_the_file_whatever_its_encoding() {
    let lines = ["合成失败：显存不足", "重试：第二次", "plain"];
    let gb = lines.map(|line| GB18030.encode(line).0.into_owned());
    check(&gb.join(&b'\n'), &[&gb[0], &gb[1], &gb[2]]);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let utf16 = wide("\u{FEFF}合成😀失败\r\nnext\n");
    check(&utf16, &[&wide("合成😀失败"), &wide("next")]);
}

#[test]
fn parts_of_a_long_line_follow_each_other() {
    let line = b"a long line of words that goes on and on and on";
    check_lines(
        &[line, &b"\nnext\n"[..]].concat(),
        20,
        &[&line[..20], &line[20..40], &line[40..], b"next"],
    );
}

#[test]
fn envelopes_belong_to_what_they_hold() {
    let docker = |text: &str, stream: &str| {
        format!(r#"{{"log":"{text}","stream":"{stream}","time":"2024-12-17T14:30:52.5Z"}}"#)
    };
    let lines = [
        docker(r"one\n", "stdout"),
        docker("a line in ", "stderr"),
        docker(r"two\n", "stdout"),
        docker(r"pieces\n", "stderr"),
        docker(r"three\n", "stderr"),
    ];
    let pieces = lines[1..4].join("\n");
    let expected = [&lines[0], &lines[2], &pieces, &lines[4]].map(String::as_bytes);
    check(lines.join("\n").as_bytes(), &expected);
    check(
        b"2024-12-17T14:30:52.1Z stdout P a \n2024-12-17T14:30:52.1Z stdout F b\n2024-12-17T14:30:52.1Z stdout F c\n",
        &[
            b"2024-12-17T14:30:52.1Z stdout P a \n2024-12-17T14:30:52.1Z stdout F b",
            b"2024-12-17T14:30:52.1Z stdout F c",
        ],
    );
}

#[test]
fn every_entry_of_the_catalogue_stands_where_it_says() {
    let mut num = 0;
    for path in catalogue::tables() {
        let text = fs::read_to_string(&path).expect("the table can be read");
        for case in text.split("\n\n").filter(|case| !case.contains("\n@ ")) {
            let bytes = catalogue::bytes(case);
            for (line, range) in entries(&bytes, 4096, 4 << 20) {
                let range = String::from_utf8_lossy(&range).replace("\r\n", "\n");
                if range.starts_with("{\"log\"")
                    || range.contains("Z stdout")
                    || range.contains("Z stderr")
                {
                    continue;
                }
                num += 1;
                // Frames may stand between the lines of a record.
                let mut rest = range.as_str();
                for part in line.split('\n') {
                    let at = rest.find(part);
                    assert!(at.is_some(), "{line:?} in {range:?}\n{case}");
                    rest = &rest[at.unwrap_or(0) + part.len()..];
                }
                assert!(
                    range.starts_with(line.split('\n').next().unwrap_or("")),
                    "{line:?} in {range:?}"
                );
                assert!(rest.is_empty(), "{rest:?} behind {line:?}\n{case}");
            }
        }
    }
    assert!(num > 200, "{num}");
}
