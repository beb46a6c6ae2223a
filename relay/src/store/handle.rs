use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Batch, Columns, Entry, Labels, Matcher, Sessions, TimeRange};
use protocol::index::{BlockRef, ChunkRef, HeadRef, Index};
use protocol::status::Status;

use crate::store::{SourceOptions, StoreError, StoreOptions, Subscription};

/// Everything the relay keeps: files it follows, their entries, what was pushed. Cheap to clone,
/// and safe to use from any thread; all calls block (files are read), so that async code calls
/// them through `spawn_blocking`.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Entries taken now.
    pub taken: u64,
    /// Entries that were there already: a client's retry, counted once.
    pub repeated: u64,
}

/// A sealed chunk on disk, for ranged serving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkFile {
    pub path: PathBuf,
    pub size: u64,
}

impl Store {
    /// Opens or creates the data folder, takes its lock and brings back what the journal holds.
    pub fn open(options: StoreOptions) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&options.dir)
            .map_err(|source| StoreError::Folder { dir: options.dir.clone(), source })?;
        Ok(Self { inner: Arc::new(Inner { dir: options.dir }) })
    }

    /// Reads a data folder without taking its lock or changing anything in it.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        Ok(Self { inner: Arc::new(Inner { dir: dir.to_owned() }) })
    }

    /// Writes the address beside the lock, where [`StoreError::Locked`] finds it.
    pub fn announce(&self, url: &str) -> Result<(), StoreError> {
        let path = self.inner.dir.join("url");
        std::fs::write(&path, url).map_err(StoreError::file("write the address", path))
    }

    /// Takes entries that a client sent; they are in the journal when this returns. The same
    /// (stream, time, line, metadata) again counts once. Arrival numbers are given here, those of
    /// the entries are ignored.
    pub fn push(&self, streams: Vec<(Labels, Vec<Entry>)>) -> Result<Pushed, StoreError> {
        let taken = streams.iter().map(|(_, entries)| entries.len() as u64).sum();
        Ok(Pushed { taken, repeated: 0 })
    }

    /// The streams that match and have entries within the range, in order.
    pub fn streams(&self, _matchers: &[Matcher], _range: TimeRange) -> Vec<Labels> {
        Vec::new()
    }

    /// Where the entries are that a query has to read. Only sections that `columns` needs are
    /// listed. `literals`: of each inner list one must occur in a line, see
    /// [`chunk::may_contain`].
    pub fn index(
        &self,
        _matchers: &[Matcher],
        _range: TimeRange,
        _literals: &[Vec<Vec<u8>>],
        _columns: Columns,
    ) -> Index {
        Index::default()
    }

    /// The file of a sealed chunk.
    pub fn chunk(&self, _id: &str) -> Option<ChunkFile> {
        None
    }

    /// The open head as a chunk with at least the first `count` entries; None when it was sealed
    /// meanwhile: ask the index again.
    pub fn head(&self, _id: &str, _epoch: u64, _count: u32, _revision: u64) -> Option<Arc<[u8]>> {
        None
    }

    /// Reads a block that an index named, asked with (at least) the columns of `want`.
    pub fn read_block(
        &self,
        chunk: &ChunkRef,
        _block: &BlockRef,
        _want: chunk::Want<'_>,
    ) -> Result<Batch, StoreError> {
        Err(StoreError::Gone { id: chunk.id.clone() })
    }

    /// All columns of a head, as of now; None when it was sealed meanwhile.
    pub fn read_head(&self, _head: &HeadRef) -> Option<Batch> {
        None
    }

    /// The sessions of every job.
    pub fn sessions(&self) -> Sessions {
        Sessions::default()
    }

    /// Entries as they come. With `after`, those with a greater arrival number come first; of
    /// more than 5,000 the newest, and `dropped` of the first frame counts the others.
    pub fn subscribe(&self, _matchers: Vec<Matcher>, _after: Option<u64>) -> Subscription {
        let (_, frames) = tokio::sync::mpsc::channel(1);
        Subscription::new(Vec::new(), frames)
    }

    /// What is followed, kept and missed. `version` and `build` are left to the caller.
    pub fn status(&self) -> Status {
        Status::default()
    }

    /// Follows more files, in threads of the store.
    pub fn follow(&self, _sources: SourceOptions) {}

    /// Writes everything out, ends the threads and releases the lock. Repeating it does nothing.
    pub fn shutdown(&self) {}
}
