use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use logql::{Outcome, Output, Row};

use crate::query::{Effort, Question, RunError, run};
use crate::store::Store;

/// Entries that are held at once.
const PAGE: usize = 5000;

/// Hands the entries of a log query to `visit`, page by page, until it breaks off or there are no
/// more. Returns the last page's outcome without its entries; that of a metric query as it is.
pub fn pages(
    store: &Store,
    asked: &Question,
    cancel: &AtomicBool,
    effort: &mut Effort,
    mut visit: impl FnMut(Vec<Row>) -> ControlFlow<()>,
) -> Result<Outcome, RunError> {
    let mut page = asked.clone();
    page.params.limit = PAGE;
    loop {
        let mut outcome = run(store, &page.plan()?, cancel, effort)?;
        let Output::Rows(rows) = &mut outcome.output else {
            return Ok(outcome);
        };
        let rows = std::mem::take(rows);
        let is_last = rows.len() < PAGE;
        page.params.cursor = rows.last().map(|row| (row.timestamp, row.arrival));
        if visit(rows).is_break() || is_last {
            return Ok(outcome);
        }
    }
}
