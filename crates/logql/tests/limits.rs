//! No query takes more than it may: what does not fit is an error that says what would.

#![expect(clippy::unwrap_used, reason = "a test ends where its own data is wrong")]

use logql::limits::MAX_REGEXES;
use logql::{Direction, Limits, Params, QueryKind, parse, plan_within};
use model::{Batch, Entry, Labels, Sessions};

const SECOND: i64 = 1_000_000_000;

/// A hundred entries, each with an id of its own.
fn batch() -> Batch {
    let entry = |at: i64| Entry {
        timestamp: at * SECOND,
        arrival: u64::try_from(at).unwrap(),
        line: format!("id=x{at} took={at}ms text={}", "a".repeat(1000)).into_bytes(),
        ..Entry::default()
    };
    Batch::from_entries((0..100).map(entry).collect())
}

/// The error over two runs that are merged, or nothing.
fn error(query: &str, limits: &Limits) -> Option<String> {
    let params = Params {
        kind: QueryKind::Range { start: 0, end: 100 * SECOND, step_ns: SECOND },
        limit: 1000,
        direction: Direction::Backward,
        max_series: 500,
        cursor: None,
    };
    let plan = plan_within(&parse(query).unwrap(), &params, limits.clone()).unwrap();
    let labels = [Labels::from([("job", "a")]), Labels::from([("job", "b")])];
    let mut runs = [plan.start(&Sessions::default()), plan.start(&Sessions::default())];
    for (run, labels) in runs.iter_mut().zip(&labels) {
        let reads = plan.reads().iter().enumerate();
        for (at, _) in reads.filter(|(_, read)| read.matchers.iter().all(|m| m.matches(labels))) {
            if let Err(error) = run.push(at, labels, &batch()) {
                return Some(error.message);
            }
        }
    }
    let [mut first, second] = runs;
    first.merge(second.into_state());
    first.finish().err().map(|error| error.message)
}

#[test]
fn what_takes_too_much_memory_is_refused() {
    let limits = Limits { max_values: 15_000, max_samples: 150, max_row_bytes: 200_000 };
    for (query, expected) in [
        (r#"sum(count_over_time({job=~"a|b"} | logfmt [5s]))"#, None),
        (r#"max(count_over_time({job="a"} | logfmt [5s]))"#, None),
        // Each of the two runs has 100 series at 101 points; together that is too much.
        (
            r#"max(count_over_time({job=~"a|b"} | logfmt [5s]))"#,
            Some("the query has more than 15000 values (200 series so far at 101 points)"),
        ),
        (
            r#"max(count_over_time({job="a"} | logfmt [5s])) / max(rate({job="a"} | logfmt [5s]))"#,
            Some("the query has more than 15000 values (200 series so far at 101 points)"),
        ),
        (
            r#"max_over_time({job=~"a|b"} | logfmt took | took < 40ms | unwrap duration(took) [9s]) by (job)"#,
            None,
        ),
        (
            r#"max_over_time({job=~"a|b"} | logfmt took | unwrap duration(took) [9s]) by (job)"#,
            Some("the query takes more than 150 numbers out of its entries"),
        ),
        (r#"{job=~"a|b"} | logfmt | took < 40ms"#, None),
        (r#"{job=~"a|b"}"#, Some("the entries of the answer take more than 0 MiB")),
    ] {
        let found = error(query, &limits);
        match (&found, expected) {
            (Some(found), Some(expected)) => {
                assert!(found.starts_with(expected) && found.contains("expected"), "{found}");
            }
            (found, expected) => {
                assert_eq!(found.is_some(), expected.is_some(), "{query} {found:?}");
            }
        }
        assert_eq!(error(query, &Limits::default()), None, "{query}");
    }
}

#[test]
fn what_would_take_too_long_to_make_ready_is_refused() {
    let params = Params {
        kind: QueryKind::Range { start: 0, end: SECOND, step_ns: SECOND },
        limit: 1,
        direction: Direction::Backward,
        max_series: 1,
        cursor: None,
    };
    let refused = |query: &str| match parse(query) {
        Ok(expr) => logql::plan(&expr, &params).err().map(|error| error.message),
        Err(error) => Some(error.message),
    };
    let many = format!("{{job=\"a\"}}{}", " |~ \"x.*y\"".repeat(MAX_REGEXES));
    assert_eq!(refused(&many), None);
    for (query, expected) in [
        (format!("{many} | a=~\"b\""), "more than 100 regular expressions"),
        (r#"{job="a"} |~ "((a{100}){100}){100}""#.to_owned(), "takes too much memory"),
        (r#"{job="a"} | regexp "(?P<x>(\\pL{100}){100})""#.to_owned(), "takes too much memory"),
        (r#"{job=~"(\\pL{100}){100}"}"#.to_owned(), "takes too much memory"),
        (
            r#"label_replace(vector(1), "a", "", "b", "((a{100}){100}){100}")"#.to_owned(),
            "takes too much memory",
        ),
        (format!("{{job=\"{}\"}}", "a".repeat(140_000)), "at most 131072 are read"),
        ("(".repeat(101), "deeper than 100 parentheses"),
        ("1 + ".repeat(1001) + "1", "more than 1000 operators"),
    ] {
        let found = refused(&query).unwrap_or_default();
        assert!(found.contains(expected), "{found}");
    }
}
