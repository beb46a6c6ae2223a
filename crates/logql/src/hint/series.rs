use model::Labels;

use super::{Hint, HintKind};
use crate::Span;
use crate::ast::{BinaryOp, Expr, LogExpr, MetricExpr, MetricKind, RangeOp};
use crate::edit::logs;

/// A threshold on something that nothing adds up: `count_over_time(…) > 5` holds for a stream of
/// its own. None where no selector has more than one of all the `streams` there are.
pub fn of_series(text: &str, expr: &Expr, streams: &[Labels]) -> Option<Hint> {
    let Expr::Metric(metric) = expr else { return None };
    let selects_several = |log: &LogExpr| {
        let matches = |labels: &&Labels| log.selector.iter().all(|matcher| matcher.matches(labels));
        streams.iter().filter(matches).nth(1).is_some()
    };
    if !logs(expr).into_iter().any(selects_several) {
        return None;
    }
    let (op, span) = compared(metric)?;
    let (before, rest) = text.split_at_checked(span.start)?;
    let (inner, after) = rest.split_at_checked(span.end - span.start)?;
    let query = format!("{before}{op}({inner}){after}");
    Some(Hint { kind: HintKind::PerSeries, query: Some(query) })
}

/// The first part that is compared series by series with a number, and what would sum it up.
fn compared(metric: &MetricExpr) -> Option<(&'static str, Span)> {
    match &metric.kind {
        MetricKind::Binary(binary) => {
            let sides = match (binary.op, number(&binary.left), number(&binary.right)) {
                (BinaryOp::Compare(_), false, true) => Some(&binary.left),
                (BinaryOp::Compare(_), true, false) => Some(&binary.right),
                _ => None,
            };
            sides
                .and_then(|side| Some((each_series(side)?, side.span)))
                .or_else(|| compared(&binary.left))
                .or_else(|| compared(&binary.right))
        }
        MetricKind::LabelReplace(replace) => compared(&replace.inner),
        // Within an aggregation, series are what it is about.
        MetricKind::Vector(_)
        | MetricKind::Range(_)
        | MetricKind::Number(_)
        | MetricKind::VectorLiteral(_) => None,
    }
}

fn number(metric: &MetricExpr) -> bool {
    match &metric.kind {
        MetricKind::Number(_) => true,
        MetricKind::Binary(binary) => number(&binary.left) && number(&binary.right),
        _ => false,
    }
}

/// Whether the expression has a value for each stream, and then what joins those.
fn each_series(metric: &MetricExpr) -> Option<&'static str> {
    match &metric.kind {
        MetricKind::Range(range) if range.grouping.is_none() => match range.op {
            RangeOp::Rate
            | RangeOp::RateCounter
            | RangeOp::CountOverTime
            | RangeOp::BytesRate
            | RangeOp::BytesOverTime
            | RangeOp::SumOverTime => Some("sum"),
            RangeOp::MaxOverTime => Some("max"),
            RangeOp::MinOverTime => Some("min"),
            // Neither an average of averages nor a sum of quantiles is what anybody means.
            _ => None,
        },
        MetricKind::Binary(binary) if is_arithmetic(binary.op) => {
            match (number(&binary.left), number(&binary.right)) {
                (false, true) => each_series(&binary.left),
                (true, false) => each_series(&binary.right),
                _ => None,
            }
        }
        _ => None,
    }
}

const fn is_arithmetic(op: BinaryOp) -> bool {
    !matches!(op, BinaryOp::Compare(_) | BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
}
