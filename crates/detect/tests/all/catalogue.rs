//! The catalogue of lines that local AI applications write, and what becomes of each: a file of
//! cases for each family in `catalogue/`.
//!
//! A case is a paragraph: `## id, title`, the bytes that are written (`<`, a line each; `\r`, `\t`,
//! `\e`, `\0` and `\\` stand for what is not printed; `\` at the end: no line end follows) and the
//! events that come out (`>`). `@ gb18030`, `@ utf-16le`, `@ utf-16le-bom` say how it is encoded.
//! `UPDATE=1 cargo test -p detect catalogue` writes the events anew, to be read line by line.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::PathBuf};

use crate::support::{
    MS,
    Step::{Feed, Settle},
    drive,
};
use detect::{Context, Detector, Start, Zone};

/// 2024-12-18T00:00:00Z, soon after what the cases say.
const MTIME_MS: i64 = 1_734_480_000_000;
const NOW_MS: i64 = MTIME_MS + 60_000;
/// Where most users of these applications are.
const ZONE: Zone = Zone::Fixed(8 * 3600);

/// How many lines the catalogue has of each family.
const FAMILIES: [(&str, usize); 8] =
    [("C", 29), ("F", 11), ("T", 6), ("G", 9), ("U", 8), ("L", 22), ("P", 10), ("X", 11)];

#[test]
fn every_line_of_the_catalogue_becomes_what_it_says() {
    let mut covered = BTreeSet::new();
    let mut wrong = String::new();
    for path in tables() {
        let text = fs::read_to_string(&path).expect("the table can be read");
        let mut found = String::new();
        for case in text.split("\n\n").map(str::trim_end).filter(|case| !case.is_empty()) {
            let title = case.lines().find_map(|line| line.strip_prefix("## ")).unwrap_or_default();
            let id = title.split([',', ' ']).next().unwrap_or_default();
            covered.insert(id.to_owned());
            if !found.is_empty() {
                found.push('\n');
            }
            found.push_str(&answered(case));
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &found).expect("the folder can be written");
        } else if found != text {
            let differs = |(found, expected): &(&str, &str)| found != expected;
            let (found, expected) =
                found.lines().zip(text.lines()).find(differs).unwrap_or_default();
            let _ =
                writeln!(wrong, "{}\n  found    {found}\n  expected {expected}", path.display());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let all =
        FAMILIES.iter().flat_map(|(family, n)| (1..=*n).map(move |at| format!("{family}{at}")));
    let missing: Vec<String> = all.filter(|id| !covered.contains(id)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

pub fn tables() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/all/catalogue");
    let entries = fs::read_dir(folder).expect("the tables are there");
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// A case with the events that come of it, twice: whole, and a byte at a time.
fn answered(case: &str) -> String {
    let kept = |line: &&str| !line.starts_with('>');
    let mut answered: String = case.lines().filter(kept).flat_map(|line| [line, "\n"]).collect();
    let bytes = bytes(case);
    let whole = run(&[&bytes]);
    let bytewise = run(&bytes.chunks(1).collect::<Vec<_>>());
    assert_eq!(whole, bytewise, "{case}");
    for event in whole.lines() {
        let _ = writeln!(answered, "> {event}");
    }
    answered
}

pub fn bytes(case: &str) -> Vec<u8> {
    let mut text = String::new();
    for line in case.lines().filter_map(|line| line.strip_prefix('<')) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        let (line, end) = match line.strip_suffix('\\') {
            Some(line) => (line, ""),
            None => (line, "\n"),
        };
        let line = line.replace("\\\\", "\u{1}").replace("\\r", "\r").replace("\\t", "\t");
        let line = line.replace("\\e", "\x1b").replace("\\0", "\0").replace('\u{1}', "\\");
        text.push_str(&line);
        text.push_str(end);
    }
    match case.lines().find_map(|line| line.strip_prefix("@ ")) {
        None => text.into_bytes(),
        Some("gb18030") => encoding_rs::GB18030.encode(&text).0.into_owned(),
        Some("utf-16le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("utf-16be") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Some("utf-16le-bom") => {
            format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
        }
        Some(other) => panic!("no such encoding: {other}"),
    }
}

/// What was written, read for the first time, and then a bar that still runs.
fn run(pieces: &[&[u8]]) -> String {
    let context = Context { zone: ZONE, ..Context::default() };
    let mut detector = Detector::new(context, Start { offset: 0, mtime: MTIME_MS * MS });
    let mut events = String::new();
    for piece in pieces {
        drive(&mut detector, &Feed(NOW_MS, piece), &mut events);
    }
    drive(&mut detector, &Settle(NOW_MS), &mut events);
    // Where each entry stands matters to pieces.rs and ranges.rs only.
    let mut shown = String::new();
    for event in events.lines() {
        let _ = writeln!(shown, "{}", event.rsplit_once(" @").map_or(event, |(event, _)| event));
    }
    if let Some(bar) = detector.progress() {
        let or = |text: &Option<String>| text.clone().unwrap_or("-".to_owned());
        let (total, unit, eta, rate) = (or(&bar.total), or(&bar.unit), or(&bar.eta), or(&bar.rate));
        let _ = writeln!(
            shown,
            "… {:?} {} of {total} {unit}, {rate}, {eta} left",
            bar.description, bar.n
        );
    }
    shown
}
