use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use logql::{Outcome, Output, Params, Row};

use crate::query::{Effort, RunError, prepare, run};
use crate::store::Store;

/// Entries that are held at once.
const PAGE: usize = 5000;

/// Hands the entries of a log query to `visit`, page by page, until it breaks off or there are no
/// more. Returns the last page's outcome without its entries; that of a metric query as it is.
pub fn pages(
    store: &Store,
    text: &str,
    asked: &Params,
    cancel: &AtomicBool,
    effort: &mut Effort,
    mut visit: impl FnMut(Vec<Row>) -> ControlFlow<()>,
) -> Result<Outcome, RunError> {
    let mut page = Params { limit: PAGE, ..asked.clone() };
    loop {
        let plan = prepare(text, &page)?;
        let mut outcome = run(store, &plan, cancel, effort)?;
        let Output::Rows(rows) = &mut outcome.output else {
            return Ok(outcome);
        };
        let rows = std::mem::take(rows);
        let is_last = rows.len() < PAGE;
        page.cursor = rows.last().map(|row| (row.timestamp, row.arrival));
        if visit(rows).is_break() || is_last {
            return Ok(outcome);
        }
    }
}
