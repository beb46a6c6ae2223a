use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use logql::{Outcome, Output, Row};

use crate::query::{Effort, Gaps, Question, RunError, run};
use crate::store::Store;

/// Entries of the first page, by which the next is measured.
const FIRST_PAGE: usize = 250;
/// Entries that are held at once, at most.
const LAST_PAGE: usize = 5000;

/// Hands the entries of a log query to `visit`, page by page, until it breaks off or there are no
/// more. Returns the outcome without its entries, with what was said beside any page; that of a
/// metric query as it is.
///
/// Pages grow as long as they take a fraction of what the rows of one query may take.
pub fn pages(
    store: &Store,
    asked: &Question,
    cancel: &AtomicBool,
    effort: &mut Effort,
    mut visit: impl FnMut(Vec<Row>) -> Result<ControlFlow<()>, RunError>,
) -> Result<Outcome, RunError> {
    let mut page = asked.clone();
    page.params.limit = FIRST_PAGE;
    let mut gaps = Gaps::default();
    loop {
        let mut outcome = run(store, &page.plan()?, cancel, effort)?;
        std::mem::take(&mut outcome.warnings).into_iter().for_each(|text| gaps.say(text));
        let Output::Rows(rows) = &mut outcome.output else {
            return Ok(Outcome { warnings: gaps.0, ..outcome });
        };
        let rows = std::mem::take(rows);
        let is_last = rows.len() < page.params.limit;
        page.params.cursor = rows.last().map(|row| (row.timestamp, row.arrival));
        page.params.limit = next_len(&rows, page.limits.max_row_bytes);
        if visit(rows)?.is_break() || is_last {
            return Ok(Outcome { warnings: gaps.0, ..outcome });
        }
    }
}

fn next_len(rows: &[Row], max_bytes: usize) -> usize {
    let bytes: usize = rows.iter().map(Row::num_bytes).sum();
    let mean = (bytes / rows.len().max(1)).max(1);
    (max_bytes / 4 / mean).clamp(1, LAST_PAGE).min(4 * rows.len().max(FIRST_PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_takes_a_fraction_of_what_a_query_may_take() {
        let rows = |num: usize, line: usize| -> Vec<Row> {
            (0..num).map(|_| Row { line: vec![b'x'; line], ..Row::default() }).collect()
        };
        let row = size_of::<Row>();
        for (num, line, max_bytes, expected) in [
            (250, 0, usize::MAX, 1000),
            (1000, 0, usize::MAX, 4000),
            (4000, 0, usize::MAX, 5000),
            (250, 10_000 - row, 4_000_000, 100),
            (250, 10_000, 5000, 1),
            (0, 0, usize::MAX, 1000),
        ] {
            assert_eq!(next_len(&rows(num, line), max_bytes), expected, "{num} of {line}");
        }
    }
}
