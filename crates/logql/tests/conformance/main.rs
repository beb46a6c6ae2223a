//! The engine against recorded answers of Loki (see tests/conformance/README.md): what is not in
//! `known.txt` has to agree. `UPDATE_CONFORMANCE=1` writes that list anew. Natively only, since
//! the data is read from files; the golden cases cover the browser.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "the recorded data is fixed; a panic fails the test")]

mod answer;
mod case;
mod compare;
mod dataset;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance");
const KNOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/known.txt");

#[derive(Default)]
struct Topic {
    passed: usize,
    total: usize,
    /// Ids with what differs.
    failed: Vec<(String, String)>,
    quirks: usize,
}

#[test]
fn recorded_answers_are_given() {
    let sets = dataset::read_all(&Path::new(FOLDER).join("datasets"));
    let mut topics: BTreeMap<String, Topic> = BTreeMap::new();
    for (topic, cases) in case::read_all(&Path::new(FOLDER).join("cases")) {
        let topic = topics.entry(topic).or_default();
        for case in cases.iter().filter(|case| case.concerns_the_engine()) {
            topic.total += 1;
            match compare::check(case, &answer::answer(case, &sets[&case.dataset])) {
                Ok(()) => topic.passed += 1,
                Err(_) if case.quirk => {
                    topic.passed += 1;
                    topic.quirks += 1;
                }
                Err(why) => topic.failed.push((case.id.clone(), why)),
            }
        }
    }
    topics.retain(|_, topic| topic.total > 0);
    print!("{}", table(&topics));

    let failed: BTreeSet<&str> =
        topics.values().flat_map(|topic| topic.failed.iter().map(|(id, _)| id.as_str())).collect();
    if std::env::var_os("UPDATE_CONFORMANCE").is_some_and(|value| value == "1") {
        let list: String = failed.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(KNOWN, list).unwrap();
    }
    let text = std::fs::read_to_string(KNOWN).unwrap();
    let known: BTreeSet<&str> = text.lines().collect();
    let fixed: Vec<&&str> = known.difference(&failed).collect();
    println!("{} known differences, now agreeing: {fixed:?}", known.len());
    let mut report = String::new();
    for (id, why) in topics.values().flat_map(|topic| &topic.failed) {
        if !known.contains(id.as_str()) {
            let _ = writeln!(report, "{id}: {why}\n");
        }
    }
    assert!(report.is_empty(), "answers that agreed before differ now\n\n{report}");
}

fn table(topics: &BTreeMap<String, Topic>) -> String {
    let mut out = String::new();
    let (mut passed, mut total) = (0, 0);
    for (name, topic) in topics {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{name:24} {:4} of {:4}, {} quirks differ",
            topic.passed, topic.total, topic.quirks
        );
        passed += topic.passed;
        total += topic.total;
    }
    let _ = writeln!(out, "{:24} {passed:4} of {total:4}", "all");
    if std::env::var_os("CONFORMANCE_DIFF").is_some() {
        for (id, why) in topics.values().flat_map(|topic| &topic.failed) {
            let _ = writeln!(out, "{id}: {why}\n");
        }
    }
    out
}
