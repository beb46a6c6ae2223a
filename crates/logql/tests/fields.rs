//! Auto and session fields: usable wherever a query names them, never splitting what does not.

#![expect(clippy::unwrap_used, reason = "a test ends where its own data is wrong")]

use std::collections::BTreeMap;

use logql::{Direction, Output, Params, QueryKind};
use model::{Batch, Entry, Labels, Session, Sessions, Timestamp};

const SECOND: i64 = 1_000_000_000;

fn batch() -> Batch {
    let entry = |at: i64, line: &str, auto: &[(&str, &str)]| Entry {
        timestamp: at * SECOND,
        arrival: u64::try_from(at).unwrap(),
        line: line.as_bytes().to_vec(),
        auto: auto.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ..Entry::default()
    };
    Batch::from_entries(vec![
        entry(
            1,
            "INFO Generating audio: text_len=42, seed=1234",
            &[("seed", "1234"), ("text_len", "42")],
        ),
        entry(
            2,
            "INFO Generating audio: text_len=7, seed=99",
            &[("seed", "99"), ("text_len", "7")],
        ),
        entry(12, "INFO done rtf=0.5", &[("rtf", "0.5")]),
        entry(13, "INFO done rtf=1.5 seed=99", &[("rtf", "1.5"), ("seed", "99")]),
    ])
}

fn sessions() -> Sessions {
    let session = |start: i64, commit: &str| Session {
        start: Timestamp::from_secs(start),
        fields: vec![("commit".to_owned(), commit.to_owned())],
        boundaries: vec![],
    };
    let of_job = vec![session(0, "abc1234"), session(10, "def5678")];
    Sessions(BTreeMap::from([("cosyvoice3".to_owned(), of_job)]))
}

fn answer(query: &str) -> String {
    let expr = logql::parse(query).unwrap();
    let end = 60 * SECOND;
    let kind = match expr {
        logql::ast::Expr::Log(_) => QueryKind::Range { start: 0, end, step_ns: SECOND },
        logql::ast::Expr::Metric(_) => QueryKind::Instant { at: end },
    };
    let params =
        Params { kind, limit: 100, direction: Direction::Forward, max_series: 100, cursor: None };
    let plan = logql::plan(&expr, &params).unwrap();
    let mut run = plan.start(&sessions());
    let labels = Labels::from([("job", "cosyvoice3")]);
    for at in 0..plan.reads().len() {
        run.push(at, &labels, &batch()).unwrap();
    }
    let lines: Vec<String> = match run.finish().unwrap().output {
        Output::Rows(rows) => rows
            .iter()
            .map(|row| format!("{} {}", row.labels, String::from_utf8_lossy(&row.line)))
            .collect(),
        Output::Vector(samples) => {
            samples.iter().map(|sample| format!("{} {}", sample.labels, sample.value)).collect()
        }
        other => vec![format!("{other:?}")],
    };
    lines.join("\n")
}

#[track_caller]
fn check(query: &str, expected: &[&str]) {
    assert_eq!(answer(query), expected.join("\n"), "{query}");
}

#[test]
fn a_query_that_names_a_field_sees_it() {
    check(
        r#"{job="cosyvoice3"} |= "Generating audio" | line_format "{{.text_len}} chars, seed={{.seed}}""#,
        &[r#"{job="cosyvoice3"} 42 chars, seed=1234"#, r#"{job="cosyvoice3"} 7 chars, seed=99"#],
    );
    check(r#"{job="cosyvoice3"} | rtf > 1"#, &[r#"{job="cosyvoice3"} INFO done rtf=1.5 seed=99"#]);
    check(
        r#"{job="cosyvoice3"} | label_format s=seed | s="1234" | line_format "x""#,
        &[r#"{job="cosyvoice3", s="1234"} x"#],
    );
    check(r#"sum(sum_over_time({job="cosyvoice3"} | unwrap rtf [1m]))"#, &["{} 2"]);
    check(
        r#"sum by (seed) (count_over_time({job="cosyvoice3"}[1m]))"#,
        &["{} 1", r#"{seed="1234"} 1"#, r#"{seed="99"} 2"#],
    );
    check(
        r#"max by (seed) (max_over_time({job="cosyvoice3"} | unwrap text_len [1m]))"#,
        &[r#"{seed="1234"} 42"#, r#"{seed="99"} 7"#],
    );
}

#[test]
fn every_line_of_a_run_has_the_fields_of_its_session() {
    check(r#"sum(count_over_time({job="cosyvoice3"} | commit="abc1234" [1m]))"#, &["{} 2"]);
    check(
        r#"sum by (commit) (count_over_time({job="cosyvoice3"}[1m]))"#,
        &[r#"{commit="abc1234"} 2"#, r#"{commit="def5678"} 2"#],
    );
}

#[test]
fn a_field_that_no_one_names_splits_nothing() {
    check(r#"count_over_time({job="cosyvoice3"}[1m])"#, &[r#"{job="cosyvoice3"} 4"#]);
    check(r#"count_over_time({job="cosyvoice3"} | seed!="" [1m])"#, &[r#"{job="cosyvoice3"} 3"#]);
    check(
        r#"sum without (filename) (count_over_time({job="cosyvoice3"} | rtf > 0 [1m]))"#,
        &[r#"{job="cosyvoice3"} 2"#],
    );
}

#[test]
fn a_parsed_label_hides_the_field() {
    check(
        r#"{job="cosyvoice3"} |= "audio" | regexp "(?P<seed>\\d)" | line_format "{{.seed}}""#,
        &[r#"{job="cosyvoice3", seed="4"} 4"#, r#"{job="cosyvoice3", seed="7"} 7"#],
    );
    check(
        r#"{job="cosyvoice3"} |= "1234" | drop seed | line_format "[{{.seed}}]""#,
        &[r#"{job="cosyvoice3"} []"#],
    );
    check(
        r#"{job="cosyvoice3"} |= "1234" | keep seed | line_format "[{{.seed}}{{.text_len}}]""#,
        &["{} [1234]"],
    );
}

#[test]
fn a_row_shows_all_its_fields() {
    let expr = logql::parse(r#"{job="cosyvoice3"} |= "1234""#).unwrap();
    let kind = QueryKind::Range { start: 0, end: 60 * SECOND, step_ns: SECOND };
    let direction = Direction::Backward;
    let params = Params { kind, limit: 1, direction, max_series: 1, cursor: None };
    let mut run = logql::plan(&expr, &params).unwrap().start(&sessions());
    run.push(0, &Labels::from([("job", "cosyvoice3")]), &batch()).unwrap();
    let Output::Rows(rows) = run.finish().unwrap().output else { panic!("a log query") };
    let auto: Vec<String> =
        rows[0].auto.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(auto, ["commit=abc1234", "seed=1234", "text_len=42"]);
}
