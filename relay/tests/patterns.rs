//! A pattern is there to be filtered by: the engine's `|>` has to find each line that was learnt.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use logql::{Direction, Output, Params, QueryKind};
use model::{Batch, Entry, Labels, MatchOp, Matcher, Sessions};
use serde_json::Value;

/// The lines of the recorded data: prose, logfmt, JSON, tracebacks, colours, oddities.
fn lines() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/conformance/datasets");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = paths.map(|path| std::fs::read_to_string(path).unwrap());
    let rows = texts.flat_map(|text| {
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    });
    rows.map(|row| row["line"].as_str().unwrap().as_bytes().to_vec()).collect()
}

fn num_found(pattern: &str, lines: &[Vec<u8>]) -> usize {
    let quoted = Matcher::new("p", MatchOp::Equal, pattern).unwrap().to_string();
    let query = format!("{{a=\"b\"}} |> {}", quoted.strip_prefix("p=").unwrap());
    let params = Params {
        kind: QueryKind::Range { start: 0, end: i64::MAX, step_ns: 1 },
        limit: lines.len(),
        direction: Direction::Forward,
        max_series: 1,
        cursor: None,
    };
    let expr = logql::parse(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let plan = logql::plan(&expr, &params).unwrap_or_else(|error| panic!("{query}: {error}"));
    let mut run = plan.start(&Sessions::default());
    let entry = |(at, line): (usize, &Vec<u8>)| Entry {
        arrival: at as u64,
        line: line.clone(),
        ..Entry::default()
    };
    let batch = Batch::from_entries(lines.iter().enumerate().map(entry).collect());
    run.push(0, &Labels::new(), &batch).unwrap();
    match run.finish().unwrap().output {
        Output::Rows(rows) => rows.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_line_matches_its_pattern() {
    let lines = lines();
    let mut patterns = insight::Patterns::default();
    let ids: Vec<_> = lines.iter().map(|line| patterns.learn(line)).collect();
    let mut by_pattern = std::collections::BTreeMap::<_, Vec<Vec<u8>>>::new();
    for (id, line) in ids.into_iter().zip(&lines) {
        by_pattern.entry(id.expect("there are not so many")).or_default().push(line.clone());
    }
    assert!(by_pattern.len() * 8 < lines.len(), "{} of {}", by_pattern.len(), lines.len());
    for (id, lines) in by_pattern {
        let text = patterns.text(id);
        // Nothing can be asked for by an empty line.
        if !text.is_empty() {
            assert_eq!(num_found(&text, &lines), lines.len(), "{text:?}");
        }
    }
}
