//! Workers gather apart and fold together: the result is that of one run, whoever merges whom.

#![expect(clippy::unwrap_used, reason = "a test ends where its own data is wrong")]

use logql::{Direction, Flow, Outcome, Params, Plan, QueryKind, Run, State};
use model::{Batch, Entry, Labels, Sessions};

const SECOND: i64 = 1_000_000_000;

/// Four chunks of two streams.
fn chunks() -> Vec<(Labels, Batch)> {
    let entry = |at: i64| Entry {
        timestamp: at * SECOND,
        arrival: u64::try_from(at).unwrap(),
        line: format!("level={} took={}ms", ["info", "error"][(at % 3 == 0) as usize], at * 7 % 13)
            .into_bytes(),
        ..Entry::default()
    };
    (0..4)
        .map(|chunk: i64| {
            let labels =
                Labels::from([("job", "a"), ("lane", if chunk % 2 == 0 { "x" } else { "y" })]);
            (labels, Batch::from_entries((0..25).map(|at| entry(chunk * 20 + at)).collect()))
        })
        .collect()
}

fn plan(query: &str) -> Plan {
    let kind = QueryKind::Range { start: 10 * SECOND, end: 80 * SECOND, step_ns: 7 * SECOND };
    let direction = Direction::Backward;
    let params = Params { kind, limit: 10, direction, max_series: 100, cursor: None };
    logql::plan(&logql::parse(query).unwrap(), &params).unwrap()
}

fn feed(run: &mut Run, plan: &Plan, chunks: &[(Labels, Batch)]) {
    for (labels, batch) in chunks {
        for read in 0..plan.reads().len() {
            run.push(read, labels, batch).unwrap();
        }
    }
}

/// What crosses between workers.
fn across(state: &State) -> State {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

#[test]
fn parts_merge_to_the_whole_in_any_order() {
    for query in [
        r#"{job="a"} |= "error""#,
        r#"{job="a"} | logfmt | level="info""#,
        r#"sum by (lane) (rate({job="a"}[20s]))"#,
        r#"count_over_time({job="a"} | logfmt [30s])"#,
        r#"bytes_over_time({job="a"}[5s])"#,
        r#"avg_over_time({job="a"} | logfmt | unwrap duration(took) [20s]) by (level)"#,
        r#"quantile_over_time(0.9, {job="a"} | logfmt | unwrap duration(took) [1m]) by (lane)"#,
        r#"last_over_time({job="a"} | logfmt | unwrap duration(took) [20s]) by (job)"#,
        r#"stddev_over_time({job="a"} | logfmt | unwrap duration(took) [40s]) by (job)"#,
        r#"absent_over_time({job="a", lane="z"}[20s])"#,
        r#"sum(rate({job="a"} |= "error" [20s])) / sum(rate({job="a"}[20s]))"#,
        r#"topk(1, count_over_time({job="a"}[20s]))"#,
    ] {
        let plan = plan(query);
        let start = || plan.start(&Sessions::default());
        let chunks = chunks();
        let mut whole = start();
        feed(&mut whole, &plan, &chunks);
        let whole: Outcome = whole.finish().unwrap();

        let parts: Vec<State> = chunks
            .iter()
            .map(|chunk| {
                let mut run = start();
                feed(&mut run, &plan, std::slice::from_ref(chunk));
                across(&run.state())
            })
            .collect();
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
            let mut run = start();
            for at in order {
                run.merge(parts[at].clone());
            }
            assert_eq!(run.partial(), whole, "{query} in order {order:?}");
        }
        let mut pairs = [(0, 2), (3, 1)].map(|(a, b)| {
            let mut run = start();
            run.merge(parts[a].clone());
            run.merge(parts[b].clone());
            run
        });
        let second = pairs[1].clone().into_state();
        pairs[0].merge(second);
        assert_eq!(pairs[0].partial(), whole, "{query} in pairs");
    }
}

#[test]
fn a_full_run_says_what_it_no_longer_needs() {
    let plan = plan(r#"{job="a"}"#);
    let mut run = plan.start(&Sessions::default());
    let chunks = chunks();
    // The newest ten are those of 70 s to 79 s, each once: the range ends at 80 s.
    let flows: Vec<Flow> =
        chunks.iter().rev().map(|(labels, batch)| run.push(0, labels, batch).unwrap()).collect();
    assert_eq!(flows[0], Flow::Enough(70 * SECOND - 1));
    assert_eq!(flows[3], Flow::Enough(70 * SECOND - 1));
    let outcome = run.finish().unwrap();
    assert_eq!(outcome.stats.matched, 85);
}

#[test]
fn a_cursor_goes_on_where_the_last_page_ended() {
    let expr = logql::parse(r#"{job="a"}"#).unwrap();
    for direction in [Direction::Backward, Direction::Forward] {
        let mut cursor = None;
        let mut seen = Vec::new();
        loop {
            let kind = QueryKind::Range { start: 0, end: 200 * SECOND, step_ns: SECOND };
            let params = Params { kind, limit: 7, direction, max_series: 1, cursor };
            let plan = logql::plan(&expr, &params).unwrap();
            let mut run = plan.start(&Sessions::default());
            let (labels, batch) = &chunks()[0];
            run.push(0, labels, batch).unwrap();
            let logql::Output::Rows(rows) = run.finish().unwrap().output else { unreachable!() };
            let Some(last) = rows.last() else { break };
            cursor = Some((last.timestamp, last.arrival));
            seen.extend(rows.iter().map(|row| row.arrival));
        }
        let mut expected: Vec<u64> = (0..25).collect();
        if direction == Direction::Backward {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{direction:?}");
    }
}
