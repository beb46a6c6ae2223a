use std::sync::atomic::AtomicBool;

use logql::{Direction, Row};

use crate::query::{self, RunError, is_log_query};
use crate::store::Store;

/// Entries that hold the text are looked at up to this many, newest first.
const ROWS: usize = 200;

/// The newest entries that `query` gives within [start, end).
pub(super) fn rows(
    store: &Store,
    query: &str,
    span: (i64, i64),
    cancel: &AtomicBool,
) -> Result<Vec<Row>, RunError> {
    query::rows(store, query, span, (ROWS, Direction::Backward), cancel)
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
