use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chunk::ChunkId;
use model::{Batch, Columns, Entry, Labels};

use crate::store::chunk_file::StoredChunk;
use crate::store::codec::Zstd;
use crate::store::head::{fingerprint, is_same};
use crate::store::shared::Shared;

/// The sealed entries of a stream, asked whether they have one already. A client that sends new
/// entries asks for times that no block covers, which costs nothing; one that sends old entries
/// again makes us read the blocks of that time, each once for a push.
pub(crate) struct SealedEntries<'a> {
    shared: &'a Shared,
    chunks: Vec<Arc<StoredChunk>>,
}

impl<'a> SealedEntries<'a> {
    /// Those of chunks that are not among `asked`.
    pub(crate) fn of(shared: &'a Shared, labels: &Labels, asked: &HashSet<ChunkId>) -> Self {
        let catalogue = shared.read();
        let chunks = catalogue.by_labels(labels).into_iter().flat_map(|stream| &stream.chunks);
        let chunks = chunks.filter(|chunk| !asked.contains(&chunk.id)).cloned().collect();
        Self { shared, chunks }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = ChunkId> {
        self.chunks.iter().map(|chunk| chunk.id)
    }

    /// Clears `is_new` of the entries that are here. Both slices are as long.
    pub(crate) fn strike_out(&self, entries: &[Entry], is_new: &mut [bool]) {
        if self.chunks.is_empty() {
            return;
        }
        let mut by_time: Vec<(i64, usize)> =
            entries.iter().enumerate().map(|(at, entry)| (entry.timestamp, at)).collect();
        by_time.sort_unstable();
        let mut codec = Zstd::new(1);
        let blocks = self.chunks.iter().flat_map(|c| (0..c.blocks.len()).map(move |b| (c, b)));
        for (chunk, block) in blocks {
            let Some((first, last)) = chunk.blocks.get(block).map(|b| (b.first, b.last)) else {
                continue;
            };
            let start = by_time.partition_point(|(ts, _)| *ts < first);
            let end = by_time.partition_point(|(ts, _)| *ts <= last);
            let within = by_time.get(start..end).unwrap_or_default();
            let mut asked =
                within.iter().filter(|(_, at)| is_new.get(*at) == Some(&true)).peekable();
            if asked.peek().is_none() {
                continue;
            }
            let Some(batch) = self.read(chunk, block, &mut codec) else { continue };
            let rows = Rows::of(&batch);
            let known: Vec<usize> = asked
                .filter_map(|(_, at)| Some((*at, entries.get(*at)?)))
                .filter(|(_, entry)| rows.contain(entry))
                .map(|(at, _)| at)
                .collect();
            for at in known {
                if let Some(is_new) = is_new.get_mut(at) {
                    *is_new = false;
                }
            }
        }
    }

    /// A block that cannot be read holds nothing we know of: taking an entry twice is better than
    /// not taking it.
    fn read(&self, chunk: &StoredChunk, block: usize, codec: &mut Zstd) -> Option<Batch> {
        let block = chunk.blocks.get(block)?;
        let columns = Columns { lines: true, metadata: true, ..Columns::default() };
        let want = chunk::Want { columns, auto_fields: None };
        let folder = &self.shared.folder;
        folder.read_block(chunk.id, block.count, &block.sections, want, codec).ok()
    }
}

/// The rows of a block by what they hold: thousands may have one time.
struct Rows<'a> {
    batch: &'a Batch,
    rows: HashMap<u64, Vec<usize>>,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a Batch) -> Self {
        let mut rows: HashMap<u64, Vec<usize>> = HashMap::with_capacity(batch.len());
        for row in 0..batch.len() {
            rows.entry(fingerprint(&batch.entry(row))).or_default().push(row);
        }
        Self { batch, rows }
    }

    fn contain(&self, entry: &Entry) -> bool {
        let rows = self.rows.get(&fingerprint(entry));
        rows.is_some_and(|rows| rows.iter().any(|row| is_same(&self.batch.entry(*row), entry)))
    }
}
