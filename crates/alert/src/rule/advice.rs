use logql::ast::{BinaryOp, Expr, MetricExpr, MetricKind, RangeOp};

use super::{Kind, Rule};

/// What a rule may not mean, though it can be evaluated: one sentence each.
pub fn advice(rule: &Rule) -> Vec<String> {
    let Expr::Metric(metric) = &rule.query else { return Vec::new() };
    let mut found = Vec::new();
    per_stream(metric, &mut found);
    let has_condition = has_condition(metric);
    if matches!(rule.kind, Kind::Alert { .. }) && !has_condition {
        found.push(
            "there is no condition: the alert fires as soon as a line matches; compare with a \
             number, as in `> 5`"
                .to_owned(),
        );
    }
    found
}

/// A limit that is held against each stream instead of their sum: three lines in one file and
/// three in another are not more than five.
fn per_stream(metric: &MetricExpr, found: &mut Vec<String>) {
    match &metric.kind {
        MetricKind::Binary(binary) => {
            let is_number = |side: &MetricExpr| matches!(side.kind, MetricKind::Number(_));
            for (side, other) in [(&binary.left, &binary.right), (&binary.right, &binary.left)] {
                if matches!(binary.op, BinaryOp::Compare(_)) && is_number(other) && counts(side) {
                    found.push(
                        "the limit is held against each stream (file and level) alone; to hold it \
                         against all of a job, write `sum by (job) (…)` around the count"
                            .to_owned(),
                    );
                }
                per_stream(side, found);
            }
        }
        MetricKind::Vector(vector) => per_stream(&vector.inner, found),
        MetricKind::LabelReplace(replace) => per_stream(&replace.inner, found),
        MetricKind::Range(_) | MetricKind::Number(_) | MetricKind::VectorLiteral(_) => {}
    }
}

fn counts(metric: &MetricExpr) -> bool {
    let MetricKind::Range(range) = &metric.kind else { return false };
    let counts =
        [RangeOp::CountOverTime, RangeOp::Rate, RangeOp::BytesOverTime, RangeOp::BytesRate];
    range.grouping.is_none() && counts.contains(&range.op)
}

fn has_condition(metric: &MetricExpr) -> bool {
    match &metric.kind {
        MetricKind::Binary(binary) => {
            matches!(binary.op, BinaryOp::Compare(_) | BinaryOp::Unless | BinaryOp::And)
                || has_condition(&binary.left)
                || has_condition(&binary.right)
        }
        MetricKind::Vector(vector) => has_condition(&vector.inner),
        MetricKind::LabelReplace(replace) => has_condition(&replace.inner),
        MetricKind::Range(range) => range.op == RangeOp::AbsentOverTime,
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => false,
    }
}
