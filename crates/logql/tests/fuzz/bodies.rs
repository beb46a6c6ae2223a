//! What must hold for any text at all: it may not panic, hang or give nonsense. Property tests run
//! these, and cargo-fuzz (`tests/fuzz/language`).

use logql::ast::{Expr, LineOp};
use logql::{Direction, Output, Params, QueryKind, edit, format, highlight, parse, plan};
use model::{Batch, Entry, Labels, Sessions};

/// The parser, the errors, the printer, the colours and the edits.
pub fn query(text: &str) {
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
pub fn template(text: &str) {
    if let Err(error) = logql::template::parse(text) {
        assert!(error.offset <= text.len(), "{text}: {error:?}");
    }
    if let Ok(expr) = parse(&format!("{{job=\"a\"}} | line_format {text:?}")) {
        evaluate(&expr, text);
    }
}

/// Each stage that reads lines, over any line.
pub fn stages(line: &str) {
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
