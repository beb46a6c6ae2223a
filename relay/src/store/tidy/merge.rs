use std::fs::{self, File};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use chunk::{BlockMeta, ChunkId, EncodeError, Encoded, Encoder, Options, Want};
use model::{Batch, Columns, Labels};

use super::mark;
use super::options::{Fate, Step, Steps};
use crate::store::StoreError;
use crate::store::chunk_file::{ChunkFolder, StoredChunk};
use crate::store::codec::Zstd;
use crate::store::shared::Shared;

/// How merged chunks are packed. Measured on 267 MB of lines of twelve streams and on 184 MB of a
/// voice service's, in blocks of 2 MiB: level 9 packs them 6.9 and 7.0 times at 40 MB/s, level 12
/// 7.2 and 7.2 at 30, level 15 7.5 and 7.6 at 10, level 16 7.7 and 7.9 at 3. They are unpacked at
/// the same speed or faster the better they are packed.
const LEVEL: i32 = 15;
/// Lines of a block. 1 MiB takes 3% more, 4 MiB 2% less, and a query for the newest lines unpacks
/// as much at least.
const BLOCK_BYTES: usize = 2 << 20;

/// Chunks of one stream that are to become one.
#[derive(Debug)]
pub(super) struct Task {
    pub stream: usize,
    pub labels: Labels,
    pub olds: Vec<Arc<StoredChunk>>,
}

/// Why there is no merged chunk. But for `Killed` everything is as it was.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error("the relay ends")]
    Ending,
    #[error("the relay was killed")]
    Killed,
    /// One of the old chunks is damaged.
    #[error("chunk {id} is damaged")]
    Corrupt {
        id: ChunkId,
        #[source]
        source: chunk::FormatError,
    },
    /// Retention, or who found it damaged, was faster.
    #[error("a chunk went meanwhile")]
    Gone,
    #[error("the merged chunk has {found} entries, expected {expected}")]
    Count { found: u64, expected: u64 },
    #[error("cannot pack a chunk")]
    Encode(#[from] EncodeError),
    #[error("cannot read a chunk")]
    Read(#[source] StoreError),
    #[error("cannot write a chunk")]
    Write(#[from] io::Error),
}

/// Where an entry stands among those of its stream: its time, and its arrival number.
type Place = (i64, u64);

/// The first row of a batch that is at `place` or behind it.
fn row(batch: &Batch, place: &Place) -> usize {
    let start = batch.timestamps.partition_point(|time| *time < place.0);
    let end = batch.timestamps.partition_point(|time| *time <= place.0);
    let same = batch.arrivals.get(start..end).unwrap_or_default();
    start + same.partition_point(|arrival| *arrival < place.1)
}

/// Merges and packs, one task at a time.
pub(super) struct Merger<'a> {
    pub shared: &'a Shared,
    pub steps: &'a Steps,
    pub codec: Zstd,
    /// Called after every block, and waits when others need the machine. False: end.
    pub pace: &'a mut dyn FnMut() -> bool,
}

impl<'a> Merger<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        steps: &'a Steps,
        pace: &'a mut dyn FnMut() -> bool,
    ) -> Self {
        Self { shared, steps, codec: Zstd::new(LEVEL), pace }
    }

    /// Puts one chunk in the place of those of `task`; its name. None: as they are they cannot be
    /// packed better.
    pub(super) fn merge(&mut self, task: &Task) -> Result<Option<ChunkId>, MergeError> {
        self.step(Step::Pack)?;
        let encoded = self.pack(task)?;
        let size: u64 = task.olds.iter().map(|old| old.size).sum();
        if let [old] = task.olds.as_slice()
            && (encoded.id == old.id || encoded.bytes.len() as u64 >= size)
        {
            self.shared.write().mark_packed(task.stream, old.id);
            return Ok(None);
        }
        let olds: Vec<ChunkId> = task.olds.iter().map(|old| old.id).collect();
        let taken = task.olds.iter().map(|old| old.taken).max().unwrap_or_default();
        let id = encoded.id;
        let published = self.write(encoded, &olds, taken).and_then(|chunk| {
            self.step(Step::Publish)?;
            let is_done = self.shared.write().replace(task.stream, &olds, chunk);
            if is_done { Ok(()) } else { Err(MergeError::Gone) }
        });
        match published {
            Ok(()) => {
                self.shared.counters.merged_chunks.add(olds.len() as u64);
                Ok(Some(id))
            }
            Err(MergeError::Killed) => Err(MergeError::Killed),
            Err(error) => {
                self.undo(id);
                Err(error)
            }
        }
    }

    fn step(&self, step: Step) -> Result<(), MergeError> {
        match self.steps.fate(step) {
            Fate::Go => Ok(()),
            Fate::Fail(kind) => Err(io::Error::from(kind).into()),
            Fate::Kill => Err(MergeError::Killed),
        }
    }

    /// All entries of the task as one chunk. Chunks of one stream lie over one another in time as
    /// their lines came: so it goes by spans that hold about a block each, and no more than
    /// two of them are in memory however much lies over one another.
    fn pack(&mut self, task: &Task) -> Result<Encoded, MergeError> {
        let options = Options { block_bytes: BLOCK_BYTES };
        let mut encoder = Encoder::new(task.labels.clone(), options)?;
        let blocks = task.olds.iter().flat_map(|old| old.blocks.iter().map(move |b| (old.id, b)));
        let blocks: Vec<_> = blocks.collect();
        let spans = self.spans(&blocks)?;
        // The block that reaches into the next span, so that it need not be read twice.
        let mut carried: Option<(usize, Batch)> = None;
        for (number, start) in spans.iter().enumerate() {
            let end = spans.get(number + 1);
            let mut parts = Vec::new();
            let mut next = None;
            for (at, (id, block)) in blocks.iter().enumerate() {
                if block.last < start.0 || end.is_some_and(|end| block.first > end.0) {
                    continue;
                }
                let batch = match carried.take_if(|(of, _)| *of == at) {
                    Some((_, batch)) => batch,
                    None => self.read(*id, block)?,
                };
                let (from, to) =
                    (row(&batch, start), end.map_or(batch.len(), |end| row(&batch, end)));
                if from < to {
                    parts.push(chunk::rows(&batch, from..to));
                }
                if to < batch.len() {
                    next = Some((at, batch));
                }
                if !(self.pace)() {
                    return Err(MergeError::Ending);
                }
            }
            carried = next;
            let merged = match parts.len() {
                1 => parts.swap_remove(0),
                _ => chunk::merge(&parts),
            };
            drop(parts);
            encoder.push(merged, &mut self.codec)?;
        }
        let encoded = encoder.finish(&mut self.codec)?;
        let expected = task.olds.iter().map(|old| old.num_entries()).sum();
        let found = encoded.meta.num_entries();
        if found == expected { Ok(encoded) } else { Err(MergeError::Count { found, expected }) }
    }

    /// Where the spans begin that hold about a block each of what is in some blocks.
    fn spans(&mut self, blocks: &[(ChunkId, &BlockMeta)]) -> Result<Vec<Place>, MergeError> {
        let mut places: Vec<Place> = Vec::new();
        for (id, block) in blocks {
            let columns = Columns { arrivals: true, ..Columns::default() };
            let batch = self.read_columns(*id, block, columns)?;
            places.extend(batch.timestamps.iter().copied().zip(batch.arrivals.iter().copied()));
        }
        places.sort_unstable();
        let raw: u64 = blocks.iter().map(|(_, block)| block.raw_bytes).sum();
        let num_spans = usize::try_from(raw / BLOCK_BYTES as u64).unwrap_or(usize::MAX).max(1);
        let rows = places.len().div_ceil(num_spans).max(1);
        Ok(places.chunks(rows).filter_map(|span| span.first().copied()).collect())
    }

    fn read(&mut self, id: ChunkId, block: &BlockMeta) -> Result<Batch, MergeError> {
        self.read_columns(id, block, Columns::ALL)
    }

    fn read_columns(
        &mut self,
        id: ChunkId,
        block: &BlockMeta,
        columns: Columns,
    ) -> Result<Batch, MergeError> {
        let want = Want { columns, auto_fields: None };
        let folder = &self.shared.folder;
        let read = folder.read_block(id, block.count, &block.sections, want, &mut self.codec);
        read.map_err(|error| match error {
            StoreError::Corrupt { source, .. } => MergeError::Corrupt { id, source },
            StoreError::Gone { .. } => MergeError::Gone,
            error => MergeError::Read(error),
        })
    }

    /// Writes the chunk and what it replaces, and gives it its name.
    fn write(
        &self,
        encoded: Encoded,
        olds: &[ChunkId],
        taken: i64,
    ) -> Result<StoredChunk, MergeError> {
        let folder: &ChunkFolder = &self.shared.folder;
        let id = encoded.id;
        self.step(Step::Write)?;
        let mut file = File::create(folder.unfinished_path(id))?;
        file.write_all(&encoded.bytes)?;
        let since = Duration::from_nanos(u64::try_from(taken).unwrap_or(0));
        file.set_modified(UNIX_EPOCH + since)?;
        file.sync_all()?;
        self.step(Step::Mark)?;
        mark::write(folder, id, olds)?;
        // The mark must be there whenever the name is.
        folder.sync()?;
        self.step(Step::Name)?;
        fs::rename(folder.unfinished_path(id), folder.path(id))?;
        folder.sync()?;
        let size = encoded.bytes.len() as u64;
        Ok(StoredChunk { id, size, taken, is_packed: true, blocks: encoded.meta.blocks })
    }

    /// Removes what there is of a chunk that does not count: its name first, so that its mark never
    /// stands for it alone.
    fn undo(&self, id: ChunkId) {
        let folder = &self.shared.folder;
        for path in [folder.path(id), folder.mark_path(id), folder.unfinished_path(id)] {
            if let Err(error) = mark::remove(&path) {
                tracing::warn!(%error, "a merge that failed left a file: {}", path.display());
                return;
            }
        }
    }
}
