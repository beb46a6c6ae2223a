//! Survivors: what is left of the entries after each stage that drops some.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use logql::ast::Expr;
use logql::{Direction, Output, Params, Plan, QueryKind, Stats};
use model::{Batch, Labels, Lines, Sessions, TimeRange};

const LINES: [&str; 6] = [
    r#"{"status":"200","path":"/a"}"#,
    r#"{"status":"500","path":"/a"} CUDA"#,
    r#"{"status":"500","path":"/a"}"#,
    r#"{"status":"500","path":"/b"}"#,
    "CUDA error",
    "plain",
];

fn batch(lines: &[&str], first: i64) -> Batch {
    let mut column = Lines::default();
    lines.iter().for_each(|line| column.push(line.as_bytes()));
    Batch {
        timestamps: (first..).take(lines.len()).collect(),
        arrivals: (0..).take(lines.len()).collect(),
        lines: Some(column),
        ..Batch::default()
    }
}

fn funnel(query: &str, range: TimeRange) -> Plan {
    let Expr::Log(log) = logql::parse(query).unwrap() else { panic!("{query} has no lines") };
    logql::plan_funnel(&log, range).unwrap()
}

/// Survivors of the lines at 0, 1, 2 …, in one run and in two that are merged.
fn check(query: &str, range: TimeRange, expected: &[u64]) {
    let plan = funnel(query, range);
    let labels = Labels::from([("a", "b")]);
    let mut whole = plan.start(&Sessions::default());
    whole.push(0, &labels, &batch(&LINES, 0)).unwrap();
    assert_eq!(whole.survivors(), expected, "{query}");
    let (first, second) = LINES.split_at(3);
    let mut parts = plan.start(&Sessions::default());
    let mut other = plan.start(&Sessions::default());
    parts.push(0, &labels, &batch(first, 0)).unwrap();
    other.push(0, &labels, &batch(second, 3)).unwrap();
    parts.merge(other.into_state());
    assert_eq!(parts.survivors(), expected, "{query} in two parts");
    assert_eq!(parts.finish().unwrap().output, Output::Rows(Vec::new()));
}

#[test]
fn each_stage_counts_what_is_left_after_it() {
    for (query, expected) in [
        (r#"{a="b"}"#, &[6][..]),
        (r#"{a="b"} |= "500""#, &[6, 3]),
        (r#"{a="b"} |= "CUDA" != "500""#, &[6, 2, 1]),
        (r#"{a="b"} |= "" |= "nowhere" |= "CUDA""#, &[6, 6, 0, 0]),
        (r#"{a="b"} | a="b" |= "CUDA""#, &[6, 6, 2]),
        (r#"{a="b"} | json"#, &[6]),
        (r#"{a="b"} | json | status="500" | path="/b" | line_format "x""#, &[6, 3, 1]),
        (r#"{a="b"} | json | path="/a" |= "CUDA""#, &[6, 3, 1]),
        (r#"{a="b"} | line_format "x" |= "CUDA""#, &[6, 0]),
        (r#"{a="b"} | label_format c="{{.a}}!" | c="b!""#, &[6, 6]),
    ] {
        check(query, TimeRange::new(0, 6), expected);
    }
    check(r#"{a="b"} |= "CUDA""#, TimeRange::new(2, 5), &[3, 1]);
}

/// The last count is what the query itself finds.
#[test]
fn the_last_count_is_the_number_of_matches() {
    let params = Params {
        kind: QueryKind::Range { start: 0, end: 6, step_ns: 1 },
        limit: 100,
        direction: Direction::Forward,
        max_series: 1,
        cursor: None,
    };
    for query in [
        r#"{a="b"} | json | status="500" | path="/a" != "CUDA""#,
        r#"{a="b"} |~ "(?i)cuda" | __error__="" | json | __error__!="""#,
        r#"{a="b"} | pattern "<x> error" | x="CUDA""#,
    ] {
        let labels = Labels::from([("a", "b")]);
        let mut run = logql::plan(&logql::parse(query).unwrap(), &params)
            .unwrap()
            .start(&Sessions::default());
        run.push(0, &labels, &batch(&LINES, 0)).unwrap();
        let mut counts = funnel(query, TimeRange::new(0, 6)).start(&Sessions::default());
        counts.push(0, &labels, &batch(&LINES, 0)).unwrap();
        assert_eq!(counts.survivors().last(), Some(&run.stats().matched), "{query}");
    }
}

#[test]
fn no_more_is_read_than_the_counts_need() {
    let range = TimeRange::new(0, 6);
    for (query, lines, auto, literals) in [
        (r#"{a="b"}"#, false, false, 0),
        (r#"{a="b"} | json"#, false, false, 0),
        (r#"{a="b"} | level="error""#, false, true, 0),
        // Lines without the second text are counted after the first.
        (r#"{a="b"} |= "x" |= "y""#, true, false, 1),
        (r#"{a="b"} != "x" |= "y""#, true, false, 0),
    ] {
        let plan = funnel(query, range);
        let read = &plan.reads()[0];
        let found = (read.columns.lines, read.columns.auto, read.literals.len());
        assert_eq!(found, (lines, auto, literals), "{query}");
    }
}

/// A longer text is looked for in what a shorter one left, with the counts of all.
#[test]
fn what_a_text_left_stands_for_all_when_a_longer_one_is_counted() {
    let range = TimeRange::new(0, 6);
    let labels = Labels::from([("a", "b")]);
    let sift = |query: &str, batch: &Batch, left_out: u64| {
        let mut run = funnel(query, range).start(&Sessions::default());
        let left_out = Stats { entries: left_out, ..Stats::default() };
        let sifted = run.sift(0, &labels, batch, &left_out).unwrap();
        assert_eq!(run.stats().entries, 6, "{query}");
        (run.survivors().to_vec(), sifted)
    };
    for (first, then, expected) in [
        (r#"{a="b"} |= "C""#, r#"{a="b"} |= "CUDA""#, &[6, 2][..]),
        (r#"{a="b"} |= "C""#, r#"{a="b"} |= "CUDA" != "500" | json"#, &[6, 2, 1]),
        (r#"{a="b"} |= "error""#, r#"{a="b"} |= "error" |= "nowhere""#, &[6, 1, 0]),
        (r#"{a="b"} |= "nowhere""#, r#"{a="b"} |= "nowhere!""#, &[6, 0]),
    ] {
        let (_, sifted) = sift(first, &batch(&LINES, 0), 0);
        let sifted = sifted.unwrap();
        assert!(sifted.len() * 2 < LINES.len(), "{first}");
        let left_out = (LINES.len() - sifted.len()) as u64;
        assert_eq!(sift(then, &sifted, left_out).0, expected, "{then}");
    }
    // Half of the lines and more: to keep them would gain nothing.
    assert_eq!(sift(r#"{a="b"} |= "500""#, &batch(&LINES, 0), 0), (vec![6, 3], None));
    for (query, expected) in [
        (r#"{a="b"} |= "x" |~ "y""#, Some(&b"x"[..])),
        (r#"{a="b"} |= "x" or "y""#, None),
        (r#"{a="b"} != "x""#, None),
        (r#"{a="b"} |~ "x.""#, None),
        (r#"{a="b"} |= """#, None),
        (r#"{a="b"} | line_format "x" |= "x""#, None),
        (r#"{a="b"}"#, None),
    ] {
        assert_eq!(funnel(query, range).sieve(), expected, "{query}");
    }
}
