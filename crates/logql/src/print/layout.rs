//! The canonical text on several lines, where it is too long for one.

use super::log::selector_and_stages;
use super::metric::matching;
use super::quote;
use super::scalar::{go_float, range};
use crate::ast::{
    Binary, BinaryOp, Expr, Grouping, LabelReplace, LogExpr, MetricExpr, MetricKind,
    RangeAggregation, Unwrap, VectorAggregation,
};

/// Longer parts are spread over lines. In bytes, as Loki counts.
const MAX_LINE: usize = 100;

/// The query as it is best read: Loki's answer to `format_query`. What fits is one line, as
/// `Display` writes it; the rest is indented by two blanks a level. Reads back as the same tree.
pub fn format(expr: &Expr) -> String {
    let mut out = String::new();
    match expr {
        Expr::Log(log_expr) => log(&mut out, log_expr, 0),
        Expr::Metric(metric_expr) => metric(&mut out, metric_expr, 0),
    }
    out
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n("  ", level));
}

fn line(out: &mut String, level: usize, text: &str) {
    indent(out, level);
    out.push_str(text);
}

/// `text` where it fits into a line; whether it did.
fn fits(out: &mut String, level: usize, text: &str) -> bool {
    let fits = text.len() <= MAX_LINE;
    if fits {
        line(out, level, text);
    }
    fits
}

fn log(out: &mut String, log: &LogExpr, level: usize) {
    if fits(out, level, &log.to_string()) {
        return;
    }
    let (selector, stages) = selector_and_stages(log);
    line(out, level, &selector);
    for stage in stages {
        out.push('\n');
        line(out, level + 1, &stage);
    }
}

fn metric(out: &mut String, expr: &MetricExpr, level: usize) {
    if fits(out, level, &expr.to_string()) {
        return;
    }
    match &expr.kind {
        MetricKind::Range(aggregation) => range_aggregation(out, aggregation, level),
        MetricKind::Vector(aggregation) => vector_aggregation(out, aggregation, level),
        MetricKind::Binary(operation) => binary(out, operation, level),
        MetricKind::LabelReplace(replace) => label_replace(out, replace, level),
        number @ (MetricKind::Number(_) | MetricKind::VectorLiteral(_)) => {
            line(out, level, &number.to_string());
        }
    }
}

fn range_aggregation(out: &mut String, aggregation: &RangeAggregation, level: usize) {
    line(out, level, aggregation.op.as_str());
    out.push_str("(\n");
    if let Some(parameter) = aggregation.parameter {
        line(out, level + 1, &go_float(parameter));
        out.push_str(",\n");
    }
    log(out, &aggregation.log, level + 1);
    if let Some(unwrap) = &aggregation.unwrap {
        unwrapped(out, unwrap, level + 2);
    }
    out.push_str(&format!(" [{}]", range(aggregation.range_ns)));
    if aggregation.offset_ns != 0 {
        out.push_str(&format!(" offset {}", range(aggregation.offset_ns)));
    }
    out.push('\n');
    line(out, level, ")");
    if let Some(grouping) = &aggregation.grouping {
        out.push_str(&grouping_text(grouping));
    }
}

fn unwrapped(out: &mut String, unwrap: &Unwrap, level: usize) {
    let alone = Unwrap { filters: Vec::new(), ..unwrap.clone() };
    out.push('\n');
    line(out, level, alone.to_string().trim_start());
    for filter in &unwrap.filters {
        out.push('\n');
        line(out, level, &format!("| {filter}"));
    }
}

fn vector_aggregation(out: &mut String, aggregation: &VectorAggregation, level: usize) {
    line(out, level, aggregation.op.as_str());
    if let Some(grouping) = &aggregation.grouping {
        out.push_str(&grouping_text(grouping));
    }
    out.push_str("(\n");
    if let Some(parameter) = aggregation.parameter {
        line(out, level + 1, &parameter.to_string());
        out.push_str(",\n");
    }
    metric(out, &aggregation.inner, level + 1);
    out.push('\n');
    line(out, level, ")");
}

/// Here, other than in one line, a blank follows each comma.
fn grouping_text(grouping: &Grouping) -> String {
    let word = if grouping.without { "without" } else { "by" };
    format!(" {word} ({})", grouping.labels.join(", "))
}

fn binary(out: &mut String, operation: &Binary, level: usize) {
    let right_first = operation.op == BinaryOp::Power;
    let weaker = |side: &MetricExpr, or_alike: bool| match &side.kind {
        MetricKind::Binary(inner) => {
            let (inner, outer) = (inner.op.strength(), operation.op.strength());
            inner < outer || or_alike && inner == outer
        }
        _ => false,
    };
    operand(out, &operation.left, weaker(&operation.left, right_first), level + 1);
    out.push('\n');
    line(out, level, operation.op.as_str());
    out.push_str(if operation.return_bool { " bool" } else { "" });
    if let Some(m) = &operation.matching {
        out.push_str(&format!(" {}", matching(m, ", ")));
    }
    out.push('\n');
    operand(out, &operation.right, weaker(&operation.right, !right_first), level + 1);
}

/// What would fall apart without parentheses has them; a side in one line has its own.
fn operand(out: &mut String, side: &MetricExpr, parentheses: bool, level: usize) {
    if !parentheses || side.to_string().len() <= MAX_LINE {
        return metric(out, side, level);
    }
    line(out, level, "(\n");
    metric(out, side, level + 1);
    out.push('\n');
    line(out, level, ")");
}

fn label_replace(out: &mut String, replace: &LabelReplace, level: usize) {
    line(out, level, "label_replace(\n");
    metric(out, &replace.inner, level + 1);
    for text in [&replace.dst, &replace.replacement, &replace.src, &replace.regex] {
        out.push_str(",\n");
        line(out, level + 1, &quote(text));
    }
    out.push('\n');
    line(out, level, ")");
}
