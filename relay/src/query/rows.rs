use std::sync::atomic::AtomicBool;

use logql::{Direction, Limits, Output, Params, QueryKind, Row};

use super::{Effort, Question, RunError, run};
use crate::store::Store;

/// The first entries, from the end that `direction` says, that `query` gives within [start, end);
/// none of a metric query.
pub fn rows(
    store: &Store,
    query: &str,
    (start, end): (i64, i64),
    (limit, direction): (usize, Direction),
    cancel: &AtomicBool,
) -> Result<Vec<Row>, RunError> {
    let question = Question {
        text: query.to_owned(),
        params: Params {
            kind: QueryKind::Range { start, end, step_ns: 1_000_000_000 },
            limit,
            direction,
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
