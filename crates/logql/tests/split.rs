//! Random entries, split in random ways over several runs and merged in any order, give what one
//! run over all of them gives. Natively only.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use logql::{Direction, Outcome, Params, Plan, QueryKind, Run, State, parse, plan};
use model::{Batch, Entry, Labels, Session, Sessions, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const SECOND: i64 = 1_000_000_000;

/// Every stage, before every aggregation that takes lines as they are.
const STAGES: &[&str] = &[
    "",
    r#"|= "took" != "x1""#,
    r#"|~ "(?i)LEVEL=(info|error)" or "中""#,
    r#"|> "<_>level=<_>" !> "<_>none<_>""#,
    "| json",
    r#"| json took, n="a.b[0]""#,
    "| logfmt",
    "| logfmt --strict --keep-empty level, took",
    "| pattern `<first> <_> <rest>`",
    r#"| regexp "took=(?P<took>[0-9]+)""#,
    "| unpack",
    r#"| decolorize |= "took""#,
    r#"| logfmt | level="info" or took > 50ms, size >= 1KB"#,
    r#"| logfmt | label_format l=level, t="{{.took | trimSuffix \"ms\"}}" | drop took"#,
    r#"| logfmt | line_format "{{.level}} {{.took}}" |= "info""#,
    r#"| logfmt | keep level, job, lane"#,
    r#"| logfmt | __error__="" | trace != "t1" | rtf > 0.2"#,
    r#"| commit = "second""#,
];

/// What is made of lines; `@` is the log query.
const OF_LINES: &[&str] = &[
    "count_over_time(@ [20s])",
    "rate(@ [7s] offset 5s)",
    "bytes_over_time(@ [1m])",
    "bytes_rate(@ [10s] offset -5s)",
    "absent_over_time(@ [3s])",
    "sum by (lane) (count_over_time(@ [20s]))",
    "sum without (lane, trace) (rate(@ [20s]))",
    "max by (level, seed) (count_over_time(@ [20s]))",
    "topk(2, count_over_time(@ [20s]))",
    "sort_desc(bottomk by (lane) (1, count_over_time(@ [9s])))",
    "count(count_over_time(@ [20s])) / on () group_left () sum(rate(@ [30s]))",
    r#"label_replace(count_over_time(@ [20s]), "x", "$1", "lane", "(.)") unless on (lane) count_over_time(@ |= "error" [3s])"#,
    "avg(count_over_time(@ [20s])) > bool 2 or vector(0)",
    "stddev(count_over_time(@ [20s])) + stdvar(rate(@ [20s])) ^ 2 % 7",
];

/// What is made of numbers; `@` is the log query with its unwrap.
const OF_NUMBERS: &[&str] = &[
    "sum_over_time(@ [20s])",
    "avg_over_time(@ [20s]) by (lane)",
    "min_over_time(@ [20s]) without (job)",
    "max_over_time(@ [20s]) by (level)",
    "stddev_over_time(@ [40s]) by (job)",
    "stdvar_over_time(@ [40s]) by ()",
    "quantile_over_time(0.3, @ [1m]) by (lane)",
    "first_over_time(@ [20s]) by (job)",
    "last_over_time(@ [20s]) by (job)",
    "rate(@ [20s])",
    "sum(rate_counter(@ [20s]))",
    "approx_topk(3, sum by (level) (sum_over_time(@ [20s])))",
];

const UNWRAPS: &[&str] = &[
    r#"| logfmt | unwrap duration(took) | __error__="""#,
    r#"| logfmt | unwrap bytes(size) | __error__="", size != "1KB""#,
    r#"| logfmt took | unwrap duration_seconds(took) | __error__="""#,
    r#"| unwrap rtf | __error__="""#,
    "| logfmt | unwrap took",
];

fn query() -> impl Strategy<Value = String> {
    let log = |stages: &str| format!("{{job=~\"a|b\"}} {stages}");
    prop_oneof![
        select(STAGES).prop_map(log),
        (select(OF_LINES), select(STAGES)).prop_map(move |(f, s)| f.replace('@', &log(s))),
        (select(OF_NUMBERS), select(UNWRAPS)).prop_map(move |(f, s)| f.replace('@', &log(s))),
    ]
}

fn line() -> impl Strategy<Value = String> {
    let level = select(vec!["info", "error", "none"]);
    let size = select(vec!["1KB", "2MiB", "7", "bad"]);
    let plain = (level, 0..100_u32, size).prop_map(|(level, took, size)| {
        format!("level={level} took={took}ms size={size} text=中{took}")
    });
    let json = (0..100_u32).prop_map(|n| format!(r#"{{"took":"{n}ms","a":{{"b":[{n}]}}}}"#));
    let packed = plain.clone().prop_map(|line| format!(r#"{{"_entry":"{line}","pod":"p"}}"#));
    let odd = select(vec!["", "took", "\x1b[31mtook\x1b[0m x1", "a=\"", "{\"a\":", "== took"]);
    prop_oneof![4 => plain, 1 => json, 1 => packed, 1 => odd.prop_map(str::to_owned)]
}

fn entry() -> impl Strategy<Value = Entry> {
    let trace = option::weighted(0.3, select(vec!["t1", "t2"]));
    let auto = option::weighted(0.5, select(vec!["0.1", "0.5", "x"]));
    (0..100_i64, line(), trace, auto).prop_map(|(at, line, trace, auto)| Entry {
        timestamp: at * SECOND,
        arrival: 0,
        line: line.into_bytes(),
        metadata: trace.map(|t| ("trace".to_owned(), t.to_owned())).into_iter().collect(),
        auto: auto.map(|rtf| ("rtf".to_owned(), rtf.to_owned())).into_iter().collect(),
        place: None,
    })
}

/// Entries of four streams in the order of their arrival, which is that of their times only by
/// and large.
fn entries() -> impl Strategy<Value = Vec<(Labels, Entry)>> {
    let stream = (select(vec!["a", "b"]), select(vec!["x", "y"]))
        .prop_map(|(job, lane)| Labels::from([("job", job), ("lane", lane)]));
    vec((stream, entry()), 1..80).prop_map(|mut entries| {
        for ((_, entry), arrival) in entries.iter_mut().zip(0..) {
            entry.arrival = arrival;
        }
        entries
    })
}

fn params() -> impl Strategy<Value = Params> {
    let range = (0..50_i64, 1..60_i64, 1..20_i64).prop_map(|(start, len, step)| QueryKind::Range {
        start: start * SECOND,
        end: (start + len) * SECOND,
        step_ns: step * SECOND,
    });
    let cursor = option::weighted(0.3, (0..100_i64, 0..80_u64));
    let direction = select(vec![Direction::Backward, Direction::Forward]);
    (range, 1..30_usize, direction, cursor).prop_map(|(kind, limit, direction, cursor)| Params {
        kind,
        limit,
        direction,
        max_series: 1000,
        cursor: cursor.map(|(at, arrival)| (at * SECOND, arrival)),
    })
}

fn sessions() -> Sessions {
    let session = |start: i64, commit: &str| Session {
        start: Timestamp::from_secs(start),
        fields: vec![("commit".to_owned(), commit.to_owned())],
        boundaries: vec![],
    };
    Sessions(BTreeMap::from([("a".to_owned(), vec![session(0, "first"), session(40, "second")])]))
}

/// Pushes the entries, those of a stream as one batch. False when the query fails on them.
fn feed(run: &mut Run, plan: &Plan, entries: &[(Labels, Entry)]) -> bool {
    let mut streams: BTreeMap<&Labels, Vec<Entry>> = BTreeMap::new();
    for (labels, entry) in entries {
        streams.entry(labels).or_default().push(entry.clone());
    }
    streams.into_iter().all(|(labels, entries)| {
        let batch = Batch::from_entries(entries);
        (0..plan.reads().len()).all(|read| run.push(read, labels, &batch).is_ok())
    })
}

/// What crosses between workers.
fn across(state: State) -> State {
    let text = serde_json::to_string(&state).expect("a state that can be written");
    serde_json::from_str(&text).expect("a state that was written")
}

/// None when the query fails.
fn split(plan: &Plan, entries: &[(Labels, Entry)], parts: &[Index]) -> Option<Outcome> {
    let num_runs = 4;
    let mut runs: Vec<Run> = (0..num_runs).map(|_| plan.start(&sessions())).collect();
    // Each entry goes to the run that its place in `parts` says, in batches of up to five.
    for (at, chunk) in entries.chunks(5).enumerate() {
        let run = parts.get(at % parts.len())?.index(num_runs);
        if !feed(runs.get_mut(run)?, plan, chunk) {
            return None;
        }
    }
    let first = parts.first()?.index(num_runs);
    let mut whole = runs.swap_remove(first);
    for run in runs {
        whole.merge(across(run.into_state()));
    }
    Some(whole.finish().ok().unwrap_or_else(|| Outcome {
        output: logql::Output::Scalar(f64::NAN),
        stats: logql::Stats::default(),
        warnings: vec!["failed at the end".to_owned()],
    }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn split_runs_merge_to_the_whole(
        query in query(),
        params in params(),
        entries in entries(),
        parts in vec(any::<Index>(), 1..10),
    ) {
        let expr = parse(&query).unwrap_or_else(|error| panic!("{}", error.render(&query)));
        let plan = plan(&expr, &params).unwrap_or_else(|error| panic!("{}", error.render(&query)));
        let mut run = plan.start(&sessions());
        let whole = if feed(&mut run, &plan, &entries) { run.finish().ok() } else { None };
        let merged = split(&plan, &entries, &parts).filter(|merged| merged.warnings.is_empty());
        match (&whole, &merged) {
            // NaN is no equal of itself, so texts are compared.
            (Some(whole), Some(merged)) => {
                prop_assert_eq!(format!("{whole:?}"), format!("{merged:?}"), "{}", query);
            }
            (whole, merged) => prop_assert_eq!(whole.is_some(), merged.is_some(), "{}", query),
        }
    }
}
