use std::collections::HashSet;

use logql::ast::Expr;
use logql::{Direction, Output, Params, Plan, QueryError, QueryKind};
use model::{Batch, Labels, Sessions, TimeRange};

/// The entries of a stream that a log query lets through, as they are stored: what its stages make
/// of lines and labels decides, and is not in the answer.
pub fn matching(
    query: &Expr,
    labels: &Labels,
    batch: &Batch,
    sessions: &Sessions,
    range: TimeRange,
) -> Result<Batch, QueryError> {
    let mut run = plan(query, range)?.start(sessions);
    run.push(0, labels, batch)?;
    let Output::Rows(rows) = run.finish()?.output else { return Ok(Batch::default()) };
    let kept: HashSet<(i64, u64)> =
        rows.into_iter().map(|row| (row.timestamp, row.arrival)).collect();
    let key = |row: usize| Some((*batch.timestamps.get(row)?, *batch.arrivals.get(row)?));
    Ok(picked(batch, |row| key(row).is_some_and(|key| kept.contains(&key))))
}

fn plan(query: &Expr, range: TimeRange) -> Result<Plan, QueryError> {
    let params = Params {
        kind: QueryKind::Range { start: range.start.0, end: range.end.0, step_ns: 1_000_000_000 },
        limit: usize::MAX,
        direction: Direction::Forward,
        max_series: usize::MAX,
        cursor: None,
    };
    logql::plan_within(query, &params, logql::Limits::default())
}

/// The rows that `keep` names, run by run.
pub fn picked(batch: &Batch, keep: impl Fn(usize) -> bool) -> Batch {
    let kept: Vec<bool> = (0..batch.len()).map(keep).collect();
    let mut runs = Vec::new();
    let mut at = 0;
    while at < kept.len() {
        let alike = kept.iter().skip(at).take_while(|k| Some(*k) == kept.get(at)).count();
        if kept.get(at) == Some(&true) {
            runs.push(chunk::rows(batch, at..at + alike));
        }
        at += alike;
    }
    chunk::merge(&runs)
}
