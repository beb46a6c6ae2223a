//! What the machine does to the relay: a disk that fills up or cannot be written, a clock that is
//! set, many files, streams and connections, and Debian's own logrotate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod clock;
mod crowd;
mod disk;
mod many;
#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../program/mod.rs"]
mod program;
mod rotate;

use program::{Program, logpane, run};

/// `INFO line N`, each with a line end.
fn numbered(lines: std::ops::Range<usize>) -> String {
    lines.map(|n| format!("INFO line {n}\n")).collect()
}

/// The lines that match, oldest first; those of one time in the order in which they came.
fn lines(relay: &Program, query: &str) -> Vec<String> {
    let range = ["--from", "2000-01-01", "--to", "now+30d", "--direction", "forward"];
    let mut ask = logpane();
    ask.args(["query", query, "--addr", &relay.url, "--limit", "5000000", "-o", "raw"]).args(range);
    let done = run(&mut ask);
    assert_eq!(done.code, 0, "{}", done.stderr);
    done.stdout.lines().map(str::to_owned).collect()
}

/// Asserts that the lines are there, each once.
#[track_caller]
fn expect_each_once(relay: &Program, query: &str, count: usize) {
    let mut found = lines(relay, query);
    let mut expected: Vec<String> = numbered(0..count).lines().map(str::to_owned).collect();
    found.sort_unstable();
    expected.sort_unstable();
    let mut missing = expected.iter().filter(|line| found.binary_search(line).is_err());
    let first: Vec<&String> = missing.by_ref().step_by(50).take(20).collect();
    assert!(found == expected, "{} lines of {count}, missing {first:?}", found.len());
}

/// Enough for what is asked here.
const NO_LIMIT: [&str; 2] = ["--max-entries", "5000000"];
