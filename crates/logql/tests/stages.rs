//! What each stage makes of a line: labels and the line itself.

#![expect(clippy::unwrap_used, reason = "a test ends where its own data is wrong")]

use logql::{Direction, Output, Params, QueryKind};
use model::{Batch, Entry, Labels, Sessions};

/// The labels besides `job`, and the line where a stage changed it; None when it was dropped.
fn run(pipeline: &str, line: &str) -> Option<String> {
    let expr = logql::parse(&format!(r#"{{job="a"}} {pipeline}"#)).unwrap();
    let params = Params {
        kind: QueryKind::Range { start: 0, end: 10, step_ns: 1 },
        limit: 1,
        direction: Direction::Forward,
        max_series: 1,
        cursor: None,
    };
    let plan = logql::plan(&expr, &params).unwrap();
    let mut run = plan.start(&Sessions::default());
    let entry = Entry { timestamp: 1, line: line.as_bytes().to_vec(), ..Entry::default() };
    let batch = Batch::from_entries(vec![entry]);
    run.push(0, &Labels::from([("job", "a")]), &batch).unwrap();
    let Output::Rows(rows) = run.finish().unwrap().output else { unreachable!() };
    let row = rows.first()?;
    let mut parts: Vec<String> = row
        .labels
        .iter()
        .filter(|(name, _)| !matches!(*name, "job" | "__error_details__"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if row.original.is_some() {
        parts.push(format!("> {}", String::from_utf8_lossy(&row.line)));
    }
    Some(parts.join(" "))
}

#[track_caller]
fn check(pipeline: &str, cases: &[(&str, Option<&str>)]) {
    for (line, expected) in cases {
        assert_eq!(run(pipeline, line).as_deref(), *expected, "{pipeline} on {line:?}");
    }
}

#[test]
fn json_fields_become_labels() {
    check(
        "| json",
        &[
            (r#"{"a":1,"b":{"c d":"x","e":[1,2]},"n":null}"#, Some("a=1 b_c_d=x")),
            (r#"{"a":1,"b":{"c":"cut"#, Some("__error__=JSONParserErr a=1")),
            ("no json", Some("__error__=JSONParserErr")),
            (r#"{"job":"b"}"#, Some("job_extracted=b")),
            (r#"{"a":"\u4f60\n"}"#, Some("a=你\n")),
        ],
    );
    check(
        r#"| json x="b[1].c", y="none""#,
        &[(r#"{"b":[0,{"c":{"d":1}}]}"#, Some(r#"x={"d":1} y="#))],
    );
}

#[test]
fn logfmt_pairs_become_labels() {
    check(
        "| logfmt",
        &[
            (r#"a=1 b="x y" c flag= d="q\"" "#, Some(r#"a=1 b=x y d=q""#)),
            ("a=b=c d=1", Some("d=1")),
        ],
    );
    check("| logfmt --strict", &[("a=1 =2 b=3", Some("__error__=LogfmtParserErr a=1"))]);
    check("| logfmt --keep-empty", &[("a= b", Some("a= b="))]);
    check(r#"| logfmt x="a", b"#, &[("a=1 c=2", Some("b= x=1"))]);
}

#[test]
fn patterns_and_expressions_capture() {
    check(
        "| pattern `<ip> - <_> [<ts>] <rest>`",
        &[
            ("1.2.3.4 - bob [now] GET /", Some("ip=1.2.3.4 rest=GET / ts=now")),
            ("1.2.3.4", Some("ip=1.2.3.4")),
        ],
    );
    check(
        r#"| regexp "took (?P<took>\\d+)(?P<unit>ms)?""#,
        &[
            ("took 5ms", Some("took=5 unit=ms")),
            ("took 5", Some("took=5 unit=")),
            ("nothing", Some("")),
        ],
    );
    check(
        "| unpack",
        &[
            (r#"{"pod":"p1","_entry":"the line"}"#, Some("pod=p1 > the line")),
            (r#"{"pod":"p1"}"#, Some("")),
        ],
    );
}

#[test]
fn lines_and_labels_are_formatted() {
    check(r#"| logfmt | line_format "{{.a | upper}}-{{.none}}""#, &[("a=x", Some("a=x > X-"))]);
    check(
        r#"| line_format "{{duration \"x\"}}""#,
        &[("kept", Some("__error__=TemplateFormatErr"))],
    );
    check(r#"| logfmt | label_format b=a, c="<{{.b}}>""#, &[("a=x", Some("b=x c=<x>"))]);
    check("| logfmt | drop a, b=\"2\"", &[("a=1 b=2 c=3", Some("c=3")), ("b=1", Some("b=1"))]);
    check("| logfmt | keep job, b", &[("a=1 b=2 c=3", Some("b=2"))]);
    check("| decolorize", &[("\x1b[31mred\x1b[0m", Some("> red")), ("plain", Some(""))]);
}

#[test]
fn label_filters_compare() {
    check(
        "| logfmt | a > 5",
        &[
            ("a=6", Some("a=6")),
            ("a=4", None),
            ("b=1", None),
            ("a=x", Some("__error__=LabelFilterErr a=x")),
        ],
    );
    check("| logfmt | a != 5", &[("b=1", None)]);
    check(r#"| logfmt | a != "5""#, &[("b=1", Some("b=1"))]);
    check(
        "| logfmt | took >= 1.5s or size < 2KiB",
        &[
            ("took=2s", Some("took=2s")),
            ("took=1s size=2KB", Some("size=2KB took=1s")),
            ("took=1s size=3KB", None),
        ],
    );
    check(
        r#"| logfmt | ip = ip("10.0.0.0/8")"#,
        &[("ip=10.1.2.3", Some("ip=10.1.2.3")), ("ip=11.1.2.3", None)],
    );
}
