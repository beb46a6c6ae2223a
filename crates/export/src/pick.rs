use logql::ast::{Expr, LogExpr, MetricExpr, MetricKind, StageKind};
use logql::{Params, QueryError};
use model::{Batch, Labels, Matcher, Sessions, TimeRange};

use crate::matching;

/// Which entries a query puts into a report.
#[derive(Debug)]
pub struct Pick {
    parts: Vec<Part>,
    /// Where they lie; what a metric query looks back to is in it.
    pub range: TimeRange,
}

/// One selector of the query.
#[derive(Debug)]
struct Part {
    matchers: Vec<Matcher>,
    /// With stages behind it: decides about each entry.
    filter: Option<Expr>,
}

impl Pick {
    /// A log query takes the entries it shows; a metric query those of its selectors and line
    /// filters, so that there is more to look at than what it counts.
    pub fn new(expr: &Expr, params: &Params) -> Result<Self, QueryError> {
        let plan = logql::plan(expr, params)?;
        let ranges = plan.reads().iter().map(|read| read.range);
        let range =
            ranges.reduce(|a, b| TimeRange { start: a.start.min(b.start), end: a.end.max(b.end) });
        Ok(Self { parts: parts(expr), range: range.unwrap_or(TimeRange::new(0, 0)) })
    }

    /// What is to be asked of an index.
    pub fn selectors(&self) -> impl Iterator<Item = &[Matcher]> {
        self.parts.iter().map(|part| part.matchers.as_slice())
    }

    /// The entries of a stream that are taken, as they are stored.
    pub fn keep(
        &self,
        labels: &Labels,
        batch: &Batch,
        sessions: &Sessions,
    ) -> Result<Batch, QueryError> {
        let within = chunk::between(batch, self.range);
        let mut kept = Vec::new();
        for part in self.parts.iter().filter(|part| part.is_of(labels)) {
            let Some(filter) = &part.filter else { return Ok(within) };
            kept.push(matching(filter, labels, &within, sessions, self.range)?);
        }
        Ok(distinct(&kept))
    }
}

impl Part {
    fn is_of(&self, labels: &Labels) -> bool {
        self.matchers.iter().all(|matcher| matcher.matches(labels))
    }
}

/// All entries in their order, each once: its arrival names it.
pub fn distinct(batches: &[Batch]) -> Batch {
    let merged = chunk::merge(batches);
    let mut seen = std::collections::HashSet::with_capacity(merged.len());
    let mut runs = Vec::new();
    let mut start = 0;
    for (row, arrival) in merged.arrivals.iter().enumerate() {
        if !seen.insert(*arrival) {
            runs.push(chunk::rows(&merged, start..row));
            start = row + 1;
        }
    }
    if runs.is_empty() {
        return merged;
    }
    runs.push(chunk::rows(&merged, start..merged.len()));
    chunk::merge(&runs)
}

fn parts(expr: &Expr) -> Vec<Part> {
    let mut parts = Vec::new();
    match expr {
        Expr::Log(log) => parts.push(part(log.clone())),
        Expr::Metric(metric) => add(metric, &mut parts),
    }
    parts
}

fn part(log: LogExpr) -> Part {
    let matchers = log.selector.clone();
    let filter = (!log.pipeline.is_empty()).then_some(Expr::Log(log));
    Part { matchers, filter }
}

fn add(metric: &MetricExpr, parts: &mut Vec<Part>) {
    match &metric.kind {
        MetricKind::Range(range) => {
            let mut log = range.log.clone();
            log.pipeline.retain(|stage| matches!(stage.kind, StageKind::LineFilter { .. }));
            parts.push(part(log));
        }
        MetricKind::Vector(vector) => add(&vector.inner, parts),
        MetricKind::Binary(binary) => {
            add(&binary.left, parts);
            add(&binary.right, parts);
        }
        MetricKind::LabelReplace(replace) => add(&replace.inner, parts),
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use logql::{Direction, QueryKind};
    use model::Entry;

    use super::*;

    const MS: i64 = 1_000_000;

    fn kept(query: &str, job: &str) -> Vec<i64> {
        let params = Params {
            kind: QueryKind::Range { start: 100 * MS, end: 200 * MS, step_ns: 10 * MS },
            limit: 1,
            direction: Direction::Backward,
            max_series: 10,
            cursor: None,
        };
        let entry = |timestamp: i64, line: &str| Entry {
            timestamp: timestamp * MS,
            arrival: u64::try_from(timestamp).unwrap(),
            line: line.as_bytes().to_vec(),
            ..Entry::default()
        };
        let entries = vec![
            entry(95, "n=1 error"),
            entry(100, "n=2 error"),
            entry(150, "n=3 fine"),
            entry(199, "n=4 error"),
            entry(205, "n=5 error"),
        ];
        let pick = Pick::new(&logql::parse(query).unwrap(), &params).unwrap();
        let labels = Labels::from([("job", job)]);
        let batch = Batch::from_entries(entries);
        let kept = pick.keep(&labels, &batch, &Sessions::default()).unwrap();
        kept.timestamps.iter().map(|at| at / MS).collect()
    }

    #[test]
    fn the_entries_of_a_query_are_kept_whole() {
        for (query, expected) in [
            (r#"{job="a"}"#, vec![100, 150, 199]),
            (r#"{job="a"} |= "error""#, vec![100, 199]),
            (r#"{job="a"} | logfmt | n > 2"#, vec![150, 199]),
            (r#"{job="a"} | line_format "x" |= "x""#, vec![100, 150, 199]),
            (r#"{job="a"} | logfmt | line_format "{{.n}}" |= "4""#, vec![199]),
            // What it looks back to as well, and whatever its parser would leave out.
            (
                r#"count_over_time({job="a"} |= "error" | logfmt | n > 2 [10ms])"#,
                vec![95, 100, 199],
            ),
            (
                r#"sum(count_over_time({job="a"} |= "fine" [1ms])) / sum(count_over_time({job="a"}[1ms]))"#,
                vec![100, 150, 199],
            ),
        ] {
            assert_eq!(kept(query, "a"), expected, "{query}");
            assert_eq!(kept(query, "b"), [0_i64; 0], "{query}");
        }
    }

    #[test]
    fn an_entry_that_comes_twice_counts_once() {
        let batch = |arrivals: &[u64]| {
            let entry = |arrival: &u64| Entry { arrival: *arrival, ..Entry::default() };
            Batch::from_entries(arrivals.iter().map(entry).collect())
        };
        for (batches, expected) in [
            (vec![batch(&[1, 2]), batch(&[2, 3])], vec![1, 2, 3]),
            (vec![batch(&[1]), batch(&[1]), batch(&[1])], vec![1]),
            (vec![], vec![]),
        ] {
            assert_eq!(distinct(&batches).arrivals, expected);
        }
    }
}
