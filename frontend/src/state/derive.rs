//! Queries made from queries. They are written as text, since text is what the reader sees and
//! what the engine takes.

use logql::ast::{Expr, LogExpr, MetricExpr, MetricKind, Stage, StageKind};

/// Every line there is.
pub fn everything() -> String {
    "{job=~\".+\"}".to_owned()
}

/// What an empty query bar asks for: lines of level debug are left out, and the page says so.
pub fn without_debug() -> String {
    "{job=~\".+\", level!=\"debug\"}".to_owned()
}

/// What that leaves out.
pub const HIDDEN: &str = "{job=~\".+\", level=\"debug\"}";

/// Whether the text is meant as plain words: no LogQL, and not on the way to it.
pub fn is_words(text: &str) -> bool {
    !text.contains('{') && logql::parse(text).is_err() && !text.contains(['(', '['])
}

/// Plain words as the LogQL they stand for: one line filter over everything.
pub fn from_words(words: &str) -> String {
    match words.trim() {
        "" => without_debug(),
        words => format!("{} |= {}", everything(), logql::edit::literal(words)),
    }
}

/// How many lines of a log query there are of each level in each step. Stages that cannot change
/// the number are left out, so that the engine need not read what only they look at.
pub fn histogram_text(text: &str, log: &LogExpr, step_ns: i64) -> String {
    let filtered = counted_part(text, log);
    let step = model::format_duration(step_ns);
    format!("sum by (level) (count_over_time({filtered}\n[{step}]))")
}

/// How many lines of a log query there are in a window before the end. LogQL has no windows finer
/// than a millisecond: this one is at most that much too long.
pub fn count_text(text: &str, log: &LogExpr, window_ns: i64) -> String {
    const MS: i64 = 1_000_000;
    let filtered = counted_part(text, log);
    let window = window_ns.saturating_sub(1).div_euclid(MS).saturating_add(1).saturating_mul(MS);
    format!("sum(count_over_time({filtered}\n[{}]))", model::format_duration(window.max(MS)))
}

/// The query up to the last stage that drops lines. Lines that a parser could not read stay in a
/// log query but fail a metric query, so their error is dropped.
fn counted_part(text: &str, log: &LogExpr) -> String {
    let last = log.pipeline.iter().rposition(|stage| {
        matches!(stage.kind, StageKind::LineFilter { .. } | StageKind::LabelFilter(_))
    });
    let end = match last.and_then(|at| log.pipeline.get(at)) {
        Some(stage) => stage.span.end,
        None => log.selector_span.end,
    };
    let part = text.get(log.selector_span.start..end).unwrap_or(text);
    let counted = log.pipeline.get(..last.map_or(0, |at| at + 1)).unwrap_or_default();
    if counted.iter().any(can_fail) {
        format!("{part}\n| drop __error__, __error_details__")
    } else {
        part.to_owned()
    }
}

const fn can_fail(stage: &Stage) -> bool {
    matches!(
        stage.kind,
        StageKind::Json(_)
            | StageKind::Logfmt { .. }
            | StageKind::Unpack
            | StageKind::LineFormat(_)
            | StageKind::LabelFormat(_)
            | StageKind::LabelFilter(_)
    )
}

/// The shortest window of a metric query, in nanoseconds.
pub fn shortest_window(expr: &MetricExpr) -> Option<i64> {
    match &expr.kind {
        MetricKind::Range(range) => Some(range.range_ns),
        MetricKind::Vector(vector) => shortest_window(&vector.inner),
        MetricKind::Binary(binary) => {
            let (left, right) = (shortest_window(&binary.left), shortest_window(&binary.right));
            left.into_iter().chain(right).min()
        }
        MetricKind::LabelReplace(replace) => shortest_window(&replace.inner),
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => None,
    }
}

/// The log expression, if it is one.
pub const fn log_of(expr: &Expr) -> Option<&LogExpr> {
    match expr {
        Expr::Log(log) => Some(log),
        Expr::Metric(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> LogExpr {
        match logql::parse(text) {
            Ok(Expr::Log(log)) => log,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn plain_words_become_a_line_filter() {
        for (words, query) in [
            ("", r#"{job=~".+", level!="debug"}"#),
            ("  out of memory ", r#"{job=~".+"} |= "out of memory""#),
            (r#"say "hi""#, r#"{job=~".+"} |= `say "hi"`"#),
            (r"C:\x `y`", r#"{job=~".+"} |= "C:\\x `y`""#),
        ] {
            assert_eq!(from_words(words), query);
            log(query);
        }
        for (text, words) in [
            ("CUDA error", true),
            ("{job=\"a\"", false),
            ("rate({job=\"a\"}[5m])", false),
            ("count_over_time(", false),
            ("1 + 1", false),
        ] {
            assert_eq!(is_words(text), words, "{text}");
        }
    }

    #[test]
    fn a_histogram_counts_what_the_query_shows() {
        const STEP: i64 = 60_000_000_000;
        for (text, counted) in [
            (r#"{job="a"}"#, r#"{job="a"}"#),
            (r#"{job="a"} |= "x" | line_format "{{.y}}""#, r#"{job="a"} |= "x""#),
            (r#"{job="a"} | json"#, r#"{job="a"}"#),
            (
                r#"{job="a"} | json | y="1""#,
                "{job=\"a\"} | json | y=\"1\"\n| drop __error__, __error_details__",
            ),
        ] {
            let made = histogram_text(text, &log(text), STEP);
            assert_eq!(made, format!("sum by (level) (count_over_time({counted}\n[1m]))"));
            assert!(logql::parse(&made).is_ok(), "{made}");
        }
    }

    #[test]
    fn a_count_has_a_window_that_logql_knows() {
        let text = r#"{job="a"} |= "x""#;
        for (window_ns, window) in [(1, "1ms"), (1_000_001, "2ms"), (60_000_000_000, "1m")] {
            let made = count_text(text, &log(text), window_ns);
            assert_eq!(made, format!("sum(count_over_time({text}\n[{window}]))"));
            assert!(logql::parse(&made).is_ok(), "{made}");
        }
    }
}
