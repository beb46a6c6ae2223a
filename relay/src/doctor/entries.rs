use std::sync::atomic::AtomicBool;

use logql::{Direction, Limits, Output, Params, QueryKind, Row};

use crate::query::{Effort, Question, RunError, is_log_query, run};
use crate::store::Store;

/// Entries that hold the text are looked at up to this many, newest first.
const ROWS: usize = 200;

/// The newest entries that `query` gives within [start, end).
pub(super) fn rows(
    store: &Store,
    query: &str,
    (start, end): (i64, i64),
    cancel: &AtomicBool,
) -> Result<Vec<Row>, RunError> {
    let question = Question {
        text: query.to_owned(),
        params: Params {
            kind: QueryKind::Range { start, end, step_ns: 1_000_000_000 },
            limit: ROWS,
            direction: Direction::Backward,
            max_series: 1,
            cursor: None,
        },
        limits: Limits::default(),
    };
    let outcome = run(store, &question.plan()?, cancel, &mut Effort::default())?;
    match outcome.output {
        Output::Rows(rows) => Ok(rows),
        Output::Matrix(_) | Output::Vector(_) | Output::Scalar(_) => Ok(Vec::new()),
    }
}

/// Whether `query` leaves this entry out; false for what cannot be told.
pub(super) fn leaves_out(store: &Store, query: &str, row: &Row, cancel: &AtomicBool) -> bool {
    let is_log = logql::parse(query).is_ok_and(|expr| is_log_query(&expr));
    let moment = (row.timestamp, row.timestamp.saturating_add(1));
    is_log
        && rows(store, query, moment, cancel).is_ok_and(|shown| {
            shown.len() < ROWS && shown.iter().all(|other| other.arrival != row.arrival)
        })
}
