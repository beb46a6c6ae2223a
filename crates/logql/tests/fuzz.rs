//! Fuzz bodies: ordinary functions that take any bytes and may not panic, hang or answer nonsense,
//! run here over random and nearly right texts. Natively only.
#![cfg(not(target_arch = "wasm32"))]

use logql::ast::{Expr, LineOp};
use logql::{Direction, Output, Params, QueryKind, edit, format, highlight, parse, plan, template};
use model::{Batch, Entry, Labels, Sessions};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The parser, the errors, the printer, the colours and the edits.
fn fuzz_query(text: &str) {
    let coloured: String = highlight(text).iter().map(|(s, _)| &text[s.start..s.end]).collect();
    assert_eq!(coloured, text, "colours leave nothing out");
    match parse(text) {
        Ok(expr) => {
            for printed in [expr.to_string(), format(&expr)] {
                assert_eq!(parse(&printed).as_ref(), Ok(&expr), "{text}\nas\n{printed}");
            }
            evaluate(&expr, text);
        }
        Err(error) => {
            assert!(text.get(error.span.start..error.span.end).is_some(), "{text}: {error:?}");
            assert!(error.render(text).contains('^'), "{text}");
            if let Some(fix) = error.fix {
                assert!(text.get(fix.span.start..fix.span.end).is_some(), "{text}: {fix:?}");
                parse(&fix.apply(text)).ok();
            }
        }
    }
    edit::add_label_matcher(text, "a", "b", false).ok();
    edit::add_label_filter(text, "a", "b", true).ok();
    edit::add_line_filter(text, LineOp::Contains, "x").ok();
}

/// A query over a few entries; errors are answers too.
fn evaluate(expr: &Expr, line: &str) -> Option<Output> {
    let kind = match expr {
        Expr::Log(_) => QueryKind::Range { start: 0, end: 10, step_ns: 1 },
        Expr::Metric(_) => QueryKind::Instant { at: 9 },
    };
    let direction = Direction::Forward;
    let params = Params { kind, limit: 5, direction, max_series: 100, cursor: None };
    let plan = plan(expr, &params).ok()?;
    let mut run = plan.start(&Sessions::default());
    let entry = |timestamp, line: &str| Entry {
        timestamp,
        line: line.as_bytes().to_vec(),
        metadata: vec![("a".to_owned(), line.chars().take(9).collect())],
        ..Entry::default()
    };
    let batch = Batch::from_entries(vec![entry(1, line), entry(2, ""), entry(3, "a=1 b=\"2\"")]);
    for at in 0..plan.reads().len() {
        run.push(at, &Labels::from([("job", "a"), ("b", line)]), &batch).ok()?;
    }
    Some(run.finish().ok()?.output)
}

/// The template engine: reading, and filling in.
fn fuzz_template(text: &str) {
    if let Err(error) = template::parse(text) {
        assert!(error.offset <= text.len(), "{text}: {error:?}");
    }
    if let Ok(expr) = parse(&format!("{{job=\"a\"}} | line_format {text:?}")) {
        evaluate(&expr, text);
    }
}

/// Each stage that reads lines, over any line.
fn fuzz_stages(line: &str) {
    for stage in [
        "json",
        r#"json x="a.b[0]", y="[\"c d\"]", z="a""#,
        "logfmt",
        "logfmt --strict --keep-empty",
        r#"logfmt x="a", b"#,
        "pattern `<a> <_>=<b>`",
        r#"regexp "(?P<x>\\w+)=(?P<y>[^ ]*)""#,
        "unpack",
        "decolorize",
        r#"a > 5 or a < 5s or a != 5KB or a = ip("10.0.0.0/8")"#,
        r#"label_format x="{{fromJson .a}}", y="{{__line__ | printf \"%.3s|%5q\"}}""#,
    ] {
        let query = format!("{{job=\"a\"}} | {stage}");
        let expr = parse(&query).unwrap_or_else(|error| panic!("{}", error.render(&query)));
        assert!(evaluate(&expr, line).is_some(), "{query} on {line:?}");
        let counted = format!("sum by (x) (count_over_time({query} | __error__=\"\" [9s]))");
        let counted = parse(&counted).unwrap_or_else(|error| panic!("{}", error.render(&counted)));
        assert!(evaluate(&counted, line).is_some(), "{query} on {line:?}");
    }
    for filter in ["|>", "!>", "|~", "!~", "|=", "!="] {
        // Any text that is a filter may be searched for in any line.
        if let Ok(expr) = parse(&format!("{{job=\"a\"}} {filter} {line:?}")) {
            evaluate(&expr, line);
        }
    }
}

/// Words put together, with or without blanks.
fn of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let word = prop_oneof![9 => select(words).prop_map(str::to_owned), 1 => any::<String>()];
    let between = select(vec![" ", " ", ""]);
    vec((word, between), 0..24)
        .prop_map(|words| words.into_iter().map(|(word, between)| word + between).collect())
}

const QUERY: &[&str] = &[
    "{job=\"a\"}",
    "{",
    "}",
    "(",
    ")",
    "[5m]",
    "[",
    "]",
    "\"",
    "`",
    "\\",
    "|=",
    "!=",
    "|~",
    "!~",
    "|>",
    "!>",
    "\"x\"",
    "\"<_>x\"",
    "\"(?P<a>x)\"",
    "\"<a> <b>\"",
    "|",
    "json",
    "logfmt",
    "unpack",
    "pattern",
    "regexp",
    "decolorize",
    "line_format",
    "label_format",
    "drop",
    "keep",
    "unwrap",
    "\"{{.a}}\"",
    "a",
    "b",
    "=",
    "==",
    ">",
    "<=",
    "=~",
    "5",
    "1e3",
    "0x1F",
    "-",
    "5m",
    "1h30m",
    "5KB",
    "ip(\"10.0.0.0/8\")",
    "and",
    "or",
    "unless",
    ",",
    "rate",
    "count_over_time",
    "sum_over_time",
    "quantile_over_time",
    "absent_over_time",
    "sum",
    "topk",
    "sort_desc",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "vector(1)",
    "label_replace",
    "+",
    "*",
    "^",
    "%",
    "/",
    "--strict",
    "#",
    "\n",
    "，",
    "“",
    "｛",
    "中",
    "duration(",
    "bytes(",
];

const TEMPLATE: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "if",
    "else",
    "end",
    "range",
    "with",
    "break",
    "continue",
    "define",
    "template",
    "block",
    "\"T\"",
    ".",
    ".a",
    "$",
    "$x",
    ":=",
    "=",
    "|",
    "(",
    ")",
    "\"a\"",
    "`b`",
    "'c'",
    "1",
    "-2.5",
    "0x1F",
    "true",
    "nil",
    "{{.a}}",
    "{{end}}",
    "{{if .a}}",
    "{{range 3}}",
    "{{$x := .a}}",
    "{{$x}}",
    "printf",
    "\"%5.2f %v %[2]d %*q\"",
    "upper",
    "trunc",
    "substr",
    "replace",
    "regexReplaceAll",
    "\"(a)\"",
    "\"$1\"",
    "fromJson",
    "index",
    "slice",
    "len",
    "eq",
    "add",
    "div",
    "mulf",
    "round",
    "date",
    "toDate",
    "\"2006-01-02\"",
    "unixToTime",
    "now",
    "default",
    "repeat",
    "indent",
    "b64dec",
    "alignLeft",
    "title",
    "count",
    "__line__",
    "/*",
    "*/",
    "bytes",
    "duration",
    "and",
    "or",
    "not",
    "print",
    "html",
    "js",
    "urldecode",
    ",",
    "\n",
    " ",
];

const LINE: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\"a\"",
    "\"a\":1",
    "\"b\":{\"c\":null}",
    "{\"a\":",
    "\"_entry\":\"x\"",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\\x",
    "true",
    "nul",
    "-1.5e3",
    "a=1",
    "b=\"x y\"",
    "c=",
    "=d",
    "\"=\"",
    "==",
    "took=5ms",
    "10.0.0.7",
    "::1",
    "2001:db8::17",
    "\u{1b}[31m",
    "\u{1b}[",
    "\u{1b}]8;;x\u{7}",
    "中文",
    "\u{0}",
    "\t",
    "\n",
    "5KB",
    "1h2m",
    "NaN",
    "0x1p4",
    "_",
    "-",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_query_breaks_the_engine(text in prop_oneof![of(QUERY), any::<String>()]) {
        fuzz_query(&text);
    }

    #[test]
    fn no_template_breaks_the_engine(text in prop_oneof![of(TEMPLATE), any::<String>()]) {
        fuzz_template(&text);
    }

    #[test]
    fn no_line_breaks_a_stage(line in prop_oneof![of(LINE), any::<String>()]) {
        fuzz_stages(&line);
    }
}

/// What was found this way once.
#[test]
fn what_broke_the_engine_no_longer_does() {
    for text in ["", "{job=\"a\"} | unwrap", "1 ^ -0", "0 * -1", "vector(1) / 0 > bool -0"] {
        fuzz_query(text);
    }
    for text in ["{{", "{{-", "{{/*", "{{.", "{{\"", "{{'", "{{$", "{{define", "{{range $}}"] {
        fuzz_template(text);
    }
    for line in ["", "{", "{\"", "{\"a\\", "=", "a=\"\\", "\u{1b}", "\u{1b}[", "\"\\ud83d"] {
        fuzz_stages(line);
    }
}
