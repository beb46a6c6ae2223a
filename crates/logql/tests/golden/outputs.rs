use logql::ast::LineOp;
use logql::{QueryError, edit, highlight, parse};

use super::case::Case;
use super::{data, evaluate, hints};

/// What a case gives for one of its sections.
pub fn output(case: &Case, section: &str, sets: &[(&str, &str)]) -> String {
    match section {
        "print" => print(&case.query),
        "format" => formatted(&case.query),
        "highlight" => colours(&case.query),
        "edited" => edited(case),
        "fixed" => fixed(&case.query),
        "result" => evaluate::result(case, &data::streams(case, sets)),
        "stats" => evaluate::stats(case, &data::streams(case, sets)),
        "hints" => hints::shown(case, &data::streams(case, sets)),
        "reads" => evaluate::reads(case),
        other => panic!("{}: there is no section {other:?}", case.title),
    }
}

/// The canonical text, or the error as a terminal shows it.
fn print(query: &str) -> String {
    match parse(query) {
        Ok(expr) => {
            let printed = expr.to_string();
            assert_eq!(parse(&printed).as_ref(), Ok(&expr), "{printed} reads back differently");
            printed
        }
        Err(error) => checked(&error, query).render(query),
    }
}

/// The query on several lines.
fn formatted(query: &str) -> String {
    match parse(query) {
        Ok(expr) => {
            let text = logql::format(&expr);
            assert_eq!(parse(&text).as_ref(), Ok(&expr), "{text} reads back differently");
            text
        }
        Err(error) => error.render(query),
    }
}

/// The query after all repairs that are offered one after the other, and whether that helped.
fn fixed(query: &str) -> String {
    let mut text = query.to_owned();
    for _ in 0..8 {
        match parse(&text) {
            Ok(_) => return text,
            Err(QueryError { fix: Some(fix), .. }) => {
                let next = fix.apply(&text);
                assert_ne!(next, text, "{}: a fix that changes nothing", fix.title);
                text = next;
            }
            Err(error) => return format!("{text}\nstill: {}", error.message),
        }
    }
    format!("{text}\nnever fixed")
}

/// Every error points into its text.
fn checked<'a>(error: &'a QueryError, query: &str) -> &'a QueryError {
    let spans = [Some(error.span), error.fix.as_ref().map(|fix| fix.span)];
    for span in spans.into_iter().flatten() {
        assert!(span.start <= span.end, "{query}: {error:?}");
        assert!(query.get(span.start..span.end).is_some(), "{query}: {error:?}");
    }
    error
}

fn colours(query: &str) -> String {
    let mut at = 0;
    let mut lines = Vec::new();
    for (span, token) in highlight(query) {
        assert_eq!(span.start, at, "{query}: a gap or an overlap");
        at = span.end;
        let name = format!("{token:?}").to_lowercase();
        if name != "blank" {
            lines.push(format!("{name} {}", &query[span.start..span.end]));
        }
    }
    assert_eq!(at, query.len(), "{query}: the end is left out");
    lines.join("\n")
}

/// `label NAME VALUE`, `not-label …`, `filter …`, `not-filter …`, `line OP VALUE`.
fn edited(case: &Case) -> String {
    let (_, edits) = case.named("edit").expect("an edit");
    let query = &case.query;
    let one = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (what, name, value) = (word(), word(), word());
        let negated = what.starts_with("not-");
        let result = match what.trim_start_matches("not-") {
            "label" => edit::add_label_matcher(query, name, value, negated),
            "filter" => edit::add_label_filter(query, name, value, negated),
            "line" => edit::add_line_filter(query, line_op(name), value),
            other => panic!("{}: there is no edit {other:?}", case.title),
        };
        match result {
            Ok(text) => {
                assert!(parse(&text).is_ok(), "{text}: {:?}", parse(&text));
                text
            }
            Err(error) => error.render(query),
        }
    };
    edits.lines().map(one).collect::<Vec<_>>().join("\n")
}

fn line_op(text: &str) -> LineOp {
    let ops = [LineOp::Contains, LineOp::NotContains, LineOp::Matches, LineOp::NotMatches];
    ops.into_iter().find(|op| op.as_str() == text).expect("an operator")
}
