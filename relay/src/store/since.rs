use std::ops::Range;
use std::sync::Arc;

use model::{Batch, Columns, Labels, Matcher, TimeRange};

use crate::store::chunk_file::{ChunkFolder, StoredChunk};
use crate::store::codec::Zstd;
use crate::store::head::Head;
use crate::store::order::sorted;
use crate::store::{Store, StoreError};

/// What a reader that comes again and again wants this time.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub matchers: &'a [Matcher],
    /// Blocks beyond it are left out; what is visited may lie beyond it still.
    pub range: TimeRange,
    pub literals: &'a [Vec<Vec<u8>>],
    pub columns: Columns,
    /// The auto fields; None: all.
    pub auto_fields: Option<&'a [&'a str]>,
}

impl Store {
    /// One more than the greatest arrival number so far: later entries have this or a greater one.
    pub fn next_arrival(&self) -> u64 {
        let catalogue = self.shared.read();
        let of_stream = catalogue.streams().iter().filter_map(|stream| {
            let sealed = stream.chunks.iter().map(|chunk| chunk.last_arrival()).max();
            stream.head.last_arrival().max(sealed)
        });
        of_stream.max().map_or(0, |last| last.saturating_add(1))
    }

    /// Hands the entries of matching streams whose arrival numbers lie within `arrivals` to
    /// `visit`, each once, in batches. Says what could not be read.
    pub fn visit_arrivals<E: From<StoreError>>(
        &self,
        wanted: Wanted<'_>,
        arrivals: &Range<u64>,
        mut visit: impl FnMut(&Labels, &Batch) -> Result<(), E>,
    ) -> Result<Vec<String>, E> {
        let mut gaps = Vec::new();
        let mut heads: Vec<(Labels, Batch)> = Vec::new();
        let mut chunks: Vec<(Labels, Arc<StoredChunk>)> = Vec::new();
        {
            let catalogue = self.shared.read();
            for stream in catalogue.matching(wanted.matchers) {
                for batch in stream.head.between(arrivals) {
                    heads.push((stream.labels.clone(), batch));
                }
                let meant = stream.chunks.iter().filter(|chunk| {
                    wanted.range.overlaps(chunk.first(), chunk.last())
                        && chunk.last_arrival() >= arrivals.start
                });
                chunks.extend(meant.map(|chunk| (stream.labels.clone(), Arc::clone(chunk))));
            }
        }
        for (labels, batch) in &heads {
            visit(labels, sorted(batch).as_ref())?;
        }
        for (labels, chunk) in &chunks {
            self.visit_chunk(wanted, arrivals, chunk, &mut gaps, |batch| visit(labels, batch))?;
        }
        Ok(gaps)
    }

    fn visit_chunk<E: From<StoreError>>(
        &self,
        wanted: Wanted<'_>,
        arrivals: &Range<u64>,
        chunk: &StoredChunk,
        gaps: &mut Vec<String>,
        mut visit: impl FnMut(&Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        let folder = &self.shared.folder;
        let mut codec = Zstd::new(1);
        let file = if wanted.literals.is_empty() { None } else { folder.open(chunk.id).ok() };
        for block in &chunk.blocks {
            let is_meant = wanted.range.overlaps(block.first, block.last)
                && block.last_arrival >= arrivals.start
                && block.first_arrival < arrivals.end;
            if !is_meant {
                continue;
            }
            let signature =
                file.as_ref().and_then(|file| ChunkFolder::signature(file, block, &mut codec));
            if signature.is_some_and(|found| !chunk::may_contain(&found, wanted.literals)) {
                continue;
            }
            let is_whole =
                block.first_arrival >= arrivals.start && block.last_arrival < arrivals.end;
            let columns =
                Columns { arrivals: wanted.columns.arrivals || !is_whole, ..wanted.columns };
            let want = chunk::Want { columns, auto_fields: wanted.auto_fields };
            let read = folder.read_block(chunk.id, block.count, &block.sections, want, &mut codec);
            let batch = match read {
                Ok(batch) => batch,
                Err(error @ (StoreError::Corrupt { .. } | StoreError::Gone { .. })) => {
                    gaps.push(error.to_string());
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if is_whole {
                visit(&batch)?;
            } else {
                within(&batch, arrivals).iter().try_for_each(&mut visit)?;
            }
        }
        Ok(())
    }
}

impl Head {
    fn last_arrival(&self) -> Option<u64> {
        let closed = self.sealing.iter().map(Arc::as_ref).chain([&self.closed]);
        let closed = closed.filter_map(|batch| batch.arrivals.last().copied());
        closed.chain(self.open.iter().map(|open| open.arrival)).max()
    }

    /// Its entries with these arrival numbers, as columns.
    fn between(&self, arrivals: &Range<u64>) -> Vec<Batch> {
        let closed = self.sealing.iter().map(Arc::as_ref).chain([&self.closed]);
        let mut parts: Vec<Batch> = closed.flat_map(|batch| within(batch, arrivals)).collect();
        let open = self.open.iter().filter(|open| arrivals.contains(&open.arrival));
        let open: Vec<_> = open.map(|open| open.to_entry()).collect();
        if !open.is_empty() {
            parts.push(Batch::from_entries(open));
        }
        parts
    }
}

/// The rows with these arrival numbers: mostly one piece, since entries are appended as they come.
fn within(batch: &Batch, arrivals: &Range<u64>) -> Vec<Batch> {
    let mut parts = Vec::new();
    let mut start = None;
    for (row, arrival) in batch.arrivals.iter().enumerate() {
        match (arrivals.contains(arrival), start) {
            (true, None) => start = Some(row),
            (false, Some(from)) => {
                parts.push(chunk::rows(batch, from..row));
                start = None;
            }
            _ => {}
        }
    }
    parts.extend(start.map(|from| chunk::rows(batch, from..batch.len())));
    parts
}
