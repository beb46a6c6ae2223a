//! Errors about what stands together and should not: logs where numbers are needed, words after
//! the end, functions nobody knows.

use super::input::Tokens;
use super::token::Kind;
use super::words::function_names;
use crate::ast::{BinaryOp, Expr, LogExpr, MetricExpr, MetricKind, RangeOp, VectorOp};
use crate::{QueryError, Span};

/// Functions of other query languages and what comes nearest here.
const FOREIGN: [(&str, &str); 8] = [
    ("increase", "count_over_time"),
    ("irate", "rate"),
    ("delta", "rate_counter"),
    ("quantile", "quantile_over_time"),
    ("mean", "avg"),
    ("median", "quantile_over_time"),
    ("average", "avg"),
    ("present_over_time", "count_over_time"),
];

pub(super) fn unknown_function(i: Tokens<'_>, name: &str) -> QueryError {
    let span = i.peek().span;
    let lower = name.to_lowercase();
    if lower == "variants" {
        return QueryError::new(span, "several queries in one, `variants(…) of (…)`, are not read");
    }
    let known: Vec<&str> = function_names().collect();
    let foreign = FOREIGN.iter().find(|(foreign, _)| *foreign == lower).map(|(_, ours)| *ours);
    match foreign.or_else(|| model::nearest(&lower, &known)) {
        Some(near) => {
            QueryError::new(span, format!("there is no function `{name}`, did you mean `{near}`?"))
                .with_fix(span, near, format!("use {near}"))
        }
        None => QueryError::new(
            span,
            format!(
                "there is no function `{name}`, expected one such as rate, count_over_time or sum"
            ),
        ),
    }
}

/// A name at the start of a query or an operand that opens no parenthesis.
pub(super) fn no_call(i: Tokens<'_>, name: &str) -> QueryError {
    let span = i.peek().span;
    let next = i.nth(1);
    let known = RangeOp::from_name(name).is_some() || VectorOp::from_name(name).is_some();
    match next.kind {
        Kind::Bad(error) => *error,
        Kind::Symbol("=" | "!=" | "=~" | "!~") => {
            let value = i.nth(2);
            let whole = span.to(value.span);
            let error = QueryError::new(span, "a selector stands in braces, such as {job=\"…\"}");
            match value.kind {
                Kind::Text(_) => error.with_fix(
                    whole,
                    format!("{{{name}{}{}}}", next.text, value.text),
                    "put it in braces",
                ),
                Kind::Ident(_) => error.with_fix(
                    whole,
                    format!("{{{name}{}\"{}\"}}", next.text, value.text),
                    "put it in braces",
                ),
                _ => error,
            }
        }
        _ if known => {
            let after = Span::new(span.end, next.span.start.max(span.end));
            QueryError::new(span, format!("`{name}` is a function, expected `(` after it"))
                .with_fix(after, "(", "open a parenthesis")
        }
        _ => {
            let error = i.unexpected("a selector such as {job=\"…\"} or a function");
            // Words alone are a text somebody looks for.
            let words: Vec<_> =
                i.all.iter().take_while(|word| !matches!(word.kind, Kind::End)).collect();
            let plain = |kind: &Kind<'_>| matches!(kind, Kind::Ident(_) | Kind::Number { .. });
            match words.last() {
                Some(last) if words.iter().all(|word| plain(&word.kind)) => {
                    let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
                    let text = format!("{{job=~\".+\"}} |= \"{}\"", texts.join(" "));
                    error.with_fix(span.to(last.span), text, "search for it everywhere")
                }
                _ => error,
            }
        }
    }
}

/// Nothing a query can begin with.
pub(super) fn no_query(i: Tokens<'_>) -> QueryError {
    let token = i.peek();
    let error = i.unexpected("a selector such as {job=\"…\"}, a function or a number");
    match token.kind {
        Kind::Symbol("|=" | "|~" | "!=" | "!~" | "|>" | "!>" | "|") => {
            let here = Span::new(token.span.start, token.span.start);
            error.with_fix(here, "{job=~\".+\"} ", "all streams that have a job")
        }
        Kind::Text(_) => {
            let text = format!("{{job=~\".+\"}} |= {}", token.text);
            error.with_fix(token.span, text, "search for it everywhere")
        }
        Kind::Symbol("}") => QueryError::new(token.span, "this } closes nothing").with_fix(
            token.span,
            "",
            "remove it",
        ),
        _ => error,
    }
}

/// What stands after a complete expression.
pub(super) fn leftover(i: Tokens<'_>, expr: &Expr, expected: &str) -> QueryError {
    let token = i.peek();
    let here = Span::new(token.span.start, token.span.start);
    if matches!(token.kind, Kind::Bad(_)) {
        return i.unexpected(expected);
    }
    match (expr, &token.kind) {
        (_, Kind::Symbol(symbol @ (")" | "}" | "]"))) => QueryError::new(
            token.span,
            format!("this {symbol} closes nothing"),
        )
        .with_fix(token.span, "", "remove it"),
        (Expr::Log(_), Kind::Text(_)) => i
            .unexpected("a line filter; to keep lines that hold a text write `|=` before it")
            .with_fix(here, "|= ", "keep lines that hold this text"),
        (Expr::Log(_), Kind::Symbol("=" | "=~" | "~")) => {
            let meant = if token.text == "=" { "|=" } else { "|~" };
            i.unexpected(&format!("a line filter, which is `{meant}`")).with_fix(
                token.span,
                meant,
                format!("use {meant}"),
            )
        }
        (Expr::Log(_), Kind::Symbol("|")) if i.nth(1).is_word("unwrap") => QueryError::new(
            i.nth(1).span,
            "unwrap takes numbers out of lines for a function over a range, such as \
             sum_over_time({…} | unwrap x [5m])",
        ),
        (Expr::Log(log), Kind::Range(_)) => {
            let whole = Span::new(log.selector_span.start, token.span.end);
            QueryError::new(token.span, "a range belongs into a function such as count_over_time")
                .with_fix(whole, format!("count_over_time({log}{})", token.text), "count the lines")
        }
        (Expr::Log(_), Kind::Ident(word)) => {
            let error = i.unexpected("a stage, which begins with `|`, or a line filter");
            if crate::parse::label_filter::starts_filter(i)
                || matches!(
                    word.to_lowercase().as_str(),
                    "json"
                        | "logfmt"
                        | "pattern"
                        | "regexp"
                        | "unpack"
                        | "line_format"
                        | "label_format"
                        | "drop"
                        | "keep"
                        | "decolorize"
                )
            {
                return error.with_fix(here, "| ", "put a | before it");
            }
            error
        }
        (Expr::Log(_), _) => i.unexpected("a line filter, a stage or the end of the query"),
        (Expr::Metric(_), Kind::Range(_)) => {
            QueryError::new(token.span, "a range belongs right after a selector, such as {…}[5m]")
        }
        (Expr::Metric(_), Kind::Symbol("=")) => {
            i.unexpected("an operator").with_fix(token.span, "==", "compare numbers with ==")
        }
        (Expr::Metric(_), Kind::Symbol("|" | "|=" | "|~" | "|>" | "!~" | "!>")) => QueryError::new(
            token.span,
            "stages and line filters belong inside the function, right after the selector",
        ),
        (Expr::Metric(_), Kind::Symbol("&")) if i.nth(1).is_symbol("&") => {
            i.unexpected("an operator").with_fix(token.span.to(i.nth(1).span), "and", "use and")
        }
        (Expr::Metric(_), Kind::Ident(_)) if token.is_word("by") || token.is_word("without") => {
            i.unexpected("the end; a grouping stands once, beside an aggregation such as sum")
        }
        (Expr::Metric(_), Kind::Ident(word)) if word.eq_ignore_ascii_case("offset") => {
            let message = "offset stands inside the function, right after the range";
            let error = QueryError::new(token.span, message);
            let duration = i.nth(1);
            match (expr, &duration.kind) {
                (
                    Expr::Metric(MetricExpr { kind: MetricKind::Range(_), .. }),
                    Kind::Duration(_),
                ) => error.with_fix(
                    Span::new(i.before.saturating_sub(1), duration.span.end),
                    format!(" offset {})", duration.text),
                    "put it inside",
                ),
                _ => error,
            }
        }
        _ => i.unexpected(&format!("an operator or {expected}")),
    }
}

pub(super) fn left_is_log(i: Tokens<'_>, log: &LogExpr, left: Span) -> QueryError {
    let token = i.peek();
    if token.text == "==" {
        return i.unexpected("a line filter, which is `|=`").with_fix(
            token.span,
            "|=",
            "keep lines that hold this text",
        );
    }
    if token.is_word("and") && matches!(i.nth(1).kind, Kind::Text(_)) {
        let message = "line filters follow each other without `and`";
        return QueryError::new(token.span, message).with_fix(token.span, "|=", "use |=");
    }
    log_for_numbers(log, left, &format!("left of `{}`", token.text))
}

/// Lines where numbers have to be.
pub(super) fn log_for_numbers(log: &LogExpr, span: Span, place: &str) -> QueryError {
    let message = format!(
        "numbers are needed {place}, and this is a log query; count_over_time({{…}}[5m]) makes \
         numbers of it"
    );
    QueryError::new(span, message).with_fix(
        span,
        format!("count_over_time({log}[5m])"),
        "count the lines",
    )
}

/// `sum({…})`
pub(super) fn log_argument(i: Tokens<'_>, called: &str, log: &LogExpr, start: usize) -> QueryError {
    let token = i.peek();
    match token.kind {
        Kind::Range(_) => {
            let message =
                format!("{called} works on numbers, a range belongs into count_over_time or alike");
            QueryError::new(token.span, message).with_fix(
                Span::new(start, token.span.end),
                format!("count_over_time({log}{})", token.text),
                "count the lines",
            )
        }
        Kind::Symbol(")" | ",") | Kind::End => {
            log_for_numbers(log, Span::new(start, i.before), &format!("in {called}"))
        }
        _ => i.unexpected("a stage, a line filter or `)`"),
    }
}

/// `===` and `<>`
pub(super) fn foreign_operator(i: Tokens<'_>) -> Option<QueryError> {
    let (first, second) = (i.peek(), i.nth(1));
    let meant = match (first.text, second.text) {
        ("==", "=") => "==",
        ("<", ">") => "!=",
        _ => return None,
    };
    let span = first.span.to(second.span);
    let message = format!("there is no operator `{}{}`", first.text, second.text);
    Some(QueryError::new(span, message).with_fix(span, meant, format!("use {meant}")))
}

/// `-rate(…)`
pub(super) fn signed_series(i: Tokens<'_>) -> Option<QueryError> {
    let sign = i.peek();
    let signed = matches!(sign.kind, Kind::Symbol(_));
    if !signed || !matches!(i.nth(1).kind, Kind::Ident(_) | Kind::Symbol("(")) {
        return None;
    }
    let error = QueryError::new(sign.span, "only a number can have a sign");
    Some(match sign.text {
        "-" => error.with_fix(sign.span, "-1 * ", "multiply with -1"),
        _ => error.with_fix(sign.span, "", "remove the sign"),
    })
}

/// `and`, `or` and `unless` work on series, not on numbers.
pub(super) fn number_in_set(
    op: BinaryOp,
    left: &MetricExpr,
    right: &MetricExpr,
) -> Option<QueryError> {
    let set = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless);
    let number = [left, right].into_iter().find(|side| is_number(side));
    match (set, number) {
        (true, Some(side)) => {
            let message = "a set operator needs series on both sides, and this is a number";
            let vector = format!("vector({})", side.kind);
            let error = QueryError::new(side.span, message);
            Some(match side.kind {
                MetricKind::Number(value) if value >= 0.0 => {
                    error.with_fix(side.span, vector, "make a series of it")
                }
                _ => error,
            })
        }
        _ => None,
    }
}

/// Loki folds numbers before it looks.
fn is_number(side: &MetricExpr) -> bool {
    match &side.kind {
        MetricKind::Number(_) => true,
        MetricKind::Binary(binary) => is_number(&binary.left) && is_number(&binary.right),
        _ => false,
    }
}
