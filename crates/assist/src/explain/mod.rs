//! A query in words: what happens to the lines, in the order in which it happens.

mod condition;
mod metric;
mod stage;

use logql::Span;
use logql::ast::{Expr, LogExpr};

/// One thing a query does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The part of the query that says so.
    pub span: Span,
    /// How many operands it stands in: the two sides of `/` are one deeper than the division.
    pub depth: usize,
    /// One English sentence without a full stop; texts of the query in it stand in quotes.
    pub text: String,
}

/// What `expr` does, first things first.
pub fn explain(expr: &Expr) -> Vec<Step> {
    let mut steps = Vec::new();
    match expr {
        Expr::Log(log) => explain_log(log, 0, &mut steps),
        Expr::Metric(metric) => metric::explain(metric, 0, &mut steps),
    }
    steps
}

fn explain_log(log: &LogExpr, depth: usize, steps: &mut Vec<Step>) {
    let text = condition::selector(&log.selector);
    steps.push(Step { span: log.selector_span, depth, text });
    for stage in &log.pipeline {
        steps.push(Step { span: stage.span, depth, text: stage::sentence(&stage.kind) });
    }
}

/// `a, b and c`
fn listed(names: impl IntoIterator<Item = String>, word: &str) -> String {
    let mut names: Vec<String> = names.into_iter().collect();
    match names.pop() {
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} {word} {last}", names.join(", ")),
        None => String::new(),
    }
}

/// A text of the query, in quotes.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// A name of the query.
fn named(name: &str) -> String {
    format!("`{name}`")
}
