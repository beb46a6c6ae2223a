//! The program against recorded answers of Loki (see tests/conformance/README.md): the data is
//! pushed, every case is asked over HTTP, and each has to be answered as Loki did.

#![allow(clippy::unwrap_used, reason = "the recorded data is fixed; a panic fails the test")]

mod ask;
#[path = "../../../crates/logql/tests/conformance/case.rs"]
#[expect(dead_code, reason = "the engine is handed cases in its own form, a server as they stand")]
mod case;
#[path = "../../../crates/logql/tests/conformance/compare.rs"]
mod compare;
mod judge;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line")]
mod program;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance");

#[test]
fn every_case_is_answered_as_loki_did() {
    let data = tempfile::tempdir().unwrap();
    // What the recording server had raised; the data is older than a default range.
    let raised = ["--max-entries", "1000000", "--max-series", "100000", "--max-query-length", "0"];
    let relay = program::Program::serve(data.path(), &raised);
    let client = ask::Client::new(&relay.url);
    client.push_all(&Path::new(FOLDER).join("datasets"));

    let mut topics: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut report, mut quirks) = (String::new(), Vec::new());
    for entry in std::fs::read_dir(Path::new(FOLDER).join("cases")).unwrap() {
        let (topic, cases) = case::read(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
        let (passed, total) = topics.entry(topic).or_default();
        for case in cases {
            *total += 1;
            match judge::judge(&case, &client.ask(&case)) {
                Ok(()) => *passed += 1,
                Err(_) if case.quirk => quirks.push(case.id),
                // Writing to a String cannot fail.
                Err(why) => _ = writeln!(report, "{}: {why}\n", case.id),
            }
        }
    }
    for (topic, (passed, total)) in &topics {
        println!("{topic:24} {passed:4} of {total:4}");
    }
    println!("quirks that differ: {quirks:?}");
    assert!(topics.values().map(|(_, total)| total).sum::<usize>() > 1400, "cases are missing");
    assert!(report.is_empty(), "answers that differ from Loki's\n\n{report}");
}
