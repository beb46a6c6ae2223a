use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use logql::{FieldNeeds, QueryError, Read, Span};
use model::{Batch, Columns, Labels, Matcher, TimeRange};
use protocol::index::{BlockRef, ChunkRef};

use crate::query::RunError;
use crate::query::snapshot::{Gaps, Snapshot};
use crate::store::{Store, StoreError};

/// Sums held at once, of 8 bytes each, and as many again while they are put together.
const MAX_SUMS: usize = 4_000_000;

/// A time range cut into pieces of one length; the last may be shorter.
#[derive(Clone, Copy, Debug)]
pub struct Buckets {
    pub start: i64,
    pub end: i64,
    /// More than zero.
    pub step_ns: u64,
}

impl Buckets {
    /// The whole range as one.
    pub fn one(start: i64, end: i64) -> Self {
        Self { start, end, step_ns: span(start, end).max(1) }
    }

    pub fn len(&self) -> usize {
        usize::try_from(span(self.start, self.end).div_ceil(self.step_ns)).unwrap_or(usize::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bucket that `ts` lies in.
    pub fn of(&self, ts: i64) -> Option<usize> {
        let is_within = ts >= self.start && ts < self.end;
        is_within.then(|| usize::try_from(span(self.start, ts) / self.step_ns).ok())?
    }

    /// Where bucket `at` ends, exclusive.
    pub fn end_of(&self, at: usize) -> i64 {
        let length = (at as u64).saturating_add(1).saturating_mul(self.step_ns);
        self.start.saturating_add_unsigned(length).min(self.end)
    }
}

/// From one time to another; zero when that lies before.
fn span(start: i64, end: i64) -> u64 {
    u64::try_from(i128::from(end) - i128::from(start)).unwrap_or(0)
}

/// What lies of one stream in a time range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Chunks, the open head as one.
    pub chunks: u64,
    pub entries: u64,
    /// Bytes of the lines in each bucket.
    pub bytes: Vec<u64>,
}

/// What was counted.
#[derive(Debug)]
pub struct Survey {
    pub held: BTreeMap<Labels, Held>,
    /// What could not be counted.
    pub warnings: Vec<String>,
}

/// Counts entries and bytes of the streams that match. Blocks that lie within one bucket are not
/// read, of others the times and lengths only.
pub fn survey(
    store: &Store,
    matchers: &[Matcher],
    buckets: Buckets,
    cancel: &AtomicBool,
) -> Result<Survey, RunError> {
    let columns = Columns { lengths: true, ..Columns::default() };
    let read = Read {
        matchers: matchers.to_vec(),
        range: TimeRange::new(buckets.start, buckets.end),
        columns,
        literals: Vec::new(),
        fields: FieldNeeds::None,
        order: None,
    };
    let mut gaps = Gaps::default();
    let snapshot = Snapshot::take(store, &read, &mut gaps);
    let index = &snapshot.index;
    let sums = index.streams.len().saturating_mul(buckets.len());
    if sums > MAX_SUMS {
        let message = format!(
            "{} streams in {} steps are {sums} sums, at most {MAX_SUMS} are counted; ask for fewer \
             streams or a longer step",
            index.streams.len(),
            buckets.len()
        );
        return Err(QueryError::new(Span::default(), message).into());
    }
    let mut found: BTreeMap<&Labels, Held> = BTreeMap::new();
    let mut add = |stream: usize, counted: Held| {
        if let (Some(labels), true) = (index.streams.get(stream), counted.entries > 0) {
            let held = found.entry(labels).or_default();
            held.chunks += counted.chunks;
            held.entries += counted.entries;
            held.bytes.resize(buckets.len(), 0);
            for (sum, bytes) in held.bytes.iter_mut().zip(counted.bytes) {
                *sum += bytes;
            }
        }
    };
    for chunk in &index.chunks {
        if cancel.load(Ordering::Relaxed) {
            return Err(RunError::Cancelled);
        }
        add(chunk.stream, of_chunk(store, chunk, buckets, columns, &mut gaps)?);
    }
    for head in &index.heads {
        if let Some(batch) = snapshot.head(&head.id) {
            let mut held = Held { chunks: 1, ..Held::empty(buckets) };
            held.add_entries(batch, buckets);
            add(head.stream, held);
        }
    }
    let held = found.into_iter().map(|(labels, held)| (labels.clone(), held)).collect();
    Ok(Survey { held, warnings: gaps.0 })
}

fn of_chunk(
    store: &Store,
    chunk: &ChunkRef,
    buckets: Buckets,
    columns: Columns,
    gaps: &mut Gaps,
) -> Result<Held, RunError> {
    let mut held = Held { chunks: 1, ..Held::empty(buckets) };
    for block in &chunk.blocks {
        match (buckets.of(block.first.0), buckets.of(block.last.0)) {
            (Some(first), Some(last)) if first == last => held.add_block(first, block),
            _ => match store.read_block(chunk, block, chunk::Want { columns, auto_fields: None }) {
                Ok(batch) => held.add_entries(&batch, buckets),
                Err(error @ (StoreError::Corrupt { .. } | StoreError::Gone { .. })) => {
                    gaps.say(error.to_string());
                }
                Err(error) => return Err(error.into()),
            },
        }
    }
    Ok(held)
}

impl Held {
    fn empty(buckets: Buckets) -> Self {
        Self { bytes: vec![0; buckets.len()], ..Self::default() }
    }

    fn add_block(&mut self, bucket: usize, block: &BlockRef) {
        self.entries += u64::from(block.count);
        if let Some(sum) = self.bytes.get_mut(bucket) {
            // After each line stands one byte that belongs to none.
            *sum += block.raw.saturating_sub(u64::from(block.count));
        }
    }

    fn add_entries(&mut self, batch: &Batch, buckets: Buckets) {
        for (row, ts) in batch.timestamps.iter().enumerate() {
            if let Some(sum) = buckets.of(*ts).and_then(|at| self.bytes.get_mut(at)) {
                *sum += batch.line_len(row) as u64;
                self.entries += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_from_its_start() {
        let buckets = Buckets { start: 100, end: 125, step_ns: 10 };
        assert_eq!(buckets.len(), 3);
        for (ts, expected) in [
            (99, None),
            (100, Some(0)),
            (109, Some(0)),
            (110, Some(1)),
            (124, Some(2)),
            (125, None),
        ] {
            assert_eq!(buckets.of(ts), expected, "{ts}");
        }
        assert_eq!([0, 1, 2].map(|at| buckets.end_of(at)), [110, 120, 125]);
        assert_eq!(Buckets::one(5, 5).len(), 0);
        let all = Buckets::one(i64::MIN, i64::MAX);
        assert_eq!((all.len(), all.of(0), all.end_of(0)), (1, Some(0), i64::MAX));
    }
}
