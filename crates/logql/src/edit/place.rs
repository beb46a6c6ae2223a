use crate::ast::{Expr, LogExpr, MetricExpr, MetricKind};
use crate::parse::is_name;
use crate::{QueryError, Span, parse};

/// A piece of the text and what to put there.
pub(super) struct Change {
    pub span: Span,
    pub text: String,
}

impl Change {
    pub fn insert(at: usize, text: String) -> Self {
        Self { span: Span::new(at, at), text }
    }
}

/// Parses `text`, asks for the changes to each of its log queries and makes them.
pub(super) fn in_every_log(
    text: &str,
    changes: impl Fn(&LogExpr) -> Vec<Change>,
) -> Result<String, QueryError> {
    let expr = parse(text)?;
    let mut all: Vec<Change> = logs(&expr).into_iter().flat_map(changes).collect();
    all.sort_by_key(|change| (change.span.start, change.span.end));
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = 0;
    for change in all {
        out.push_str(text.get(at..change.span.start).unwrap_or_default());
        out.push_str(&change.text);
        at = change.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Ok(out)
}

/// The log queries in a query, in their order.
pub(crate) fn logs(expr: &Expr) -> Vec<&LogExpr> {
    let mut logs = Vec::new();
    match expr {
        Expr::Log(log) => logs.push(log),
        Expr::Metric(metric) => collect(metric, &mut logs),
    }
    logs
}

fn collect<'a>(metric: &'a MetricExpr, logs: &mut Vec<&'a LogExpr>) {
    match &metric.kind {
        MetricKind::Range(aggregation) => logs.push(&aggregation.log),
        MetricKind::Vector(aggregation) => collect(&aggregation.inner, logs),
        MetricKind::Binary(binary) => {
            collect(&binary.left, logs);
            collect(&binary.right, logs);
        }
        MetricKind::LabelReplace(replace) => collect(&replace.inner, logs),
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => {}
    }
}

/// Where the selector and its stages end.
pub(super) fn end_of(log: &LogExpr) -> usize {
    log.pipeline.last().map_or(log.selector_span.end, |stage| stage.span.end)
}

/// `text` as a string literal that is easy to read: backticks where quotes would need escapes.
pub fn literal(text: &str) -> String {
    let awkward = text.contains(['"', '\\']) && !text.contains(['`', '\r', '\n', '\u{feff}']);
    if awkward { format!("`{text}`") } else { crate::print::quote(text) }
}

/// `name` as a name that LogQL can hold, as parsers make them.
pub(super) fn label_name(name: &str) -> String {
    let mut out: String = name.chars().map(|c| if is_name(c) { c } else { '_' }).collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_numeric()) {
        out.insert(0, '_');
    }
    out
}
