use std::cell::RefCell;
use std::sync::Arc;

use model::{Batch, Columns, Entry, Labels};

use crate::store::chunk_file::StoredChunk;
use crate::store::codec::Zstd;
use crate::store::head::is_same;
use crate::store::shared::Shared;

/// The sealed entries of a stream, asked whether they have one already. A client that sends new
/// entries asks for times that no block covers, which costs nothing; one that sends old entries
/// again makes us read the blocks of that time, once for each push.
pub(crate) struct SealedEntries<'a> {
    shared: &'a Shared,
    chunks: Vec<Arc<StoredChunk>>,
    /// The block that was read last: entries of a push mostly fall into one.
    last: RefCell<Option<((usize, usize), Batch)>>,
    codec: RefCell<Zstd>,
}

impl<'a> SealedEntries<'a> {
    pub(crate) fn of(shared: &'a Shared, labels: &Labels) -> Self {
        let catalogue = shared.read();
        let chunks = catalogue.by_labels(labels).map(|s| s.chunks.clone()).unwrap_or_default();
        Self { shared, chunks, last: RefCell::default(), codec: RefCell::new(Zstd::new(1)) }
    }

    pub(crate) fn contains(&self, entry: &Entry) -> bool {
        self.chunks.iter().enumerate().any(|(c, chunk)| {
            let covers =
                |first: i64, last: i64| first <= entry.timestamp && entry.timestamp <= last;
            chunk.blocks.iter().enumerate().any(|(b, block)| {
                covers(block.first, block.last) && self.block_contains((c, b), entry)
            })
        })
    }

    fn block_contains(&self, at: (usize, usize), entry: &Entry) -> bool {
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|(known, _)| *known != at) {
            *last = self.read(at).map(|batch| (at, batch));
        }
        let Some((_, batch)) = last.as_ref() else { return false };
        let start = batch.timestamps.partition_point(|ts| *ts < entry.timestamp);
        let end = batch.timestamps.partition_point(|ts| *ts <= entry.timestamp);
        (start..end).any(|row| is_same(&batch.entry(row), entry))
    }

    /// A block that cannot be read holds nothing we know of: taking an entry twice is better than
    /// not taking it.
    fn read(&self, (chunk, block): (usize, usize)) -> Option<Batch> {
        let chunk = self.chunks.get(chunk)?;
        let block = chunk.blocks.get(block)?;
        let columns = Columns { lines: true, metadata: true, ..Columns::default() };
        let want = chunk::Want { columns, auto_fields: None };
        let mut codec = self.codec.borrow_mut();
        let folder = &self.shared.folder;
        folder.read_block(chunk.id, block.count, &block.sections, want, &mut codec).ok()
    }
}
