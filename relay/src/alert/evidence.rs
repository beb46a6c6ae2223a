use std::sync::atomic::AtomicBool;

use alert::{ActiveAlert, Rule};
use logql::Direction;
use logql::ast::{Expr, LogExpr, MetricExpr, MetricKind};
use model::{MatchOp, Matcher};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::query::rows;
use crate::store::Store;

/// Lines that a message quotes.
const MAX_LINES: usize = 3;
/// What the page leaves as it is in a fragment.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'=')
    .remove(b':')
    .remove(b',')
    .remove(b'/')
    .remove(b'!')
    .remove(b'*')
    .remove(b'@');

/// What an alert rests on: the page that shows its lines, and the first of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    pub link: String,
    pub lines: Vec<String>,
}

/// Looks for what made an alert fire. `base`: where the page is.
pub(super) fn evidence(store: &Store, rule: &Rule, alert: &ActiveAlert, base: &str) -> Evidence {
    let Expr::Metric(metric) = &rule.query else { return Evidence::default() };
    let Some((log, range_ns)) = first_log(metric) else { return Evidence::default() };
    let end = alert.fired_at.unwrap_or(alert.active_at);
    // From where its first evaluation looked, to where it fired.
    let start = alert.active_at.min(end).saturating_sub(range_ns);
    // The newest entries may be of the very nanosecond.
    let end = end.saturating_add(1);
    let query = narrowed(log, rule, alert);
    let found = lines(store, &query, (start, end));
    if !found.is_empty() {
        return Evidence { link: link(base, &query, (start, end)), lines: found };
    }
    // An aggregation may have made a label that no entry has: the lines of all are better than
    // none.
    let query = logql::format(&Expr::Log(log.clone()));
    let found = lines(store, &query, (start, end));
    Evidence { link: link(base, &query, (start, end)), lines: found }
}

/// A page with a query and a time range.
fn link(base: &str, query: &str, (start, end): (i64, i64)) -> String {
    let query = utf8_percent_encode(query, ESCAPED);
    format!("{base}/#v=1&q={query}&from={start}&to={end}")
}

fn lines(store: &Store, query: &str, span: (i64, i64)) -> Vec<String> {
    let few = (MAX_LINES, Direction::Forward);
    // A message without lines is better than none.
    let found = rows(store, query, span, few, &AtomicBool::new(false)).unwrap_or_default();
    found.iter().map(|row| String::from_utf8_lossy(&row.line).into_owned()).collect()
}

/// What the first selector of a query reads, and how far back.
fn first_log(metric: &MetricExpr) -> Option<(&LogExpr, i64)> {
    match &metric.kind {
        MetricKind::Range(range) => {
            Some((&range.log, range.range_ns.saturating_add(range.offset_ns)))
        }
        MetricKind::Vector(vector) => first_log(&vector.inner),
        MetricKind::LabelReplace(replace) => first_log(&replace.inner),
        MetricKind::Binary(binary) => first_log(&binary.left).or_else(|| first_log(&binary.right)),
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => None,
    }
}

/// The lines of one alert: what its labels say besides the selector is a filter more.
fn narrowed(log: &LogExpr, rule: &Rule, alert: &ActiveAlert) -> String {
    let mut text = logql::format(&Expr::Log(log.clone()));
    for (name, value) in alert.labels.iter() {
        let is_of_rule = name == "alertname" || rule.labels.iter().any(|(own, _)| own == name);
        let is_said = log
            .selector
            .iter()
            .any(|m| m.name == name && m.op == MatchOp::Equal && m.value == value);
        // A matcher is written as a filter is.
        if !is_of_rule
            && !is_said
            && let Ok(filter) = Matcher::new(name, MatchOp::Equal, value)
        {
            text.push_str(&format!(" | {filter}"));
        }
    }
    text
}
