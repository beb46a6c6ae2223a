use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chunk::{ChunkId, Section};
use model::{Batch, Columns, Entry, Labels, Matcher, Sessions, TimeRange};
use protocol::index::{BlockRef, ChunkRef, Gap, HeadRef, Index, Skipped};
use protocol::sources::{Change, Sources};
use protocol::status::Status;

use crate::ingest::{Command, Prepared, spawn};
use crate::store::catalogue::Stream;
use crate::store::codec::Zstd;
use crate::store::lock::FolderLock;
use crate::store::restore::Access;
use crate::store::retention::Policy;
use crate::store::shared::{PackedHead, Shared};
use crate::store::tidy::Tidy;
use crate::store::{
    Figures, RetentionRule, SourceOptions, StoreError, StoreOptions, Subscription, backlog, damage,
    index, open, status, tidy,
};

/// Everything the relay keeps: files it follows, their entries, what was pushed. Cheap to clone,
/// and safe to use from any thread; all calls block (files are read), so that async code calls
/// them through `spawn_blocking`.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
    /// The same for all clones; None for a folder that is only read.
    running: Option<Arc<Running>>,
    /// Changes with every opening.
    instance: Arc<str>,
}

/// What a store that takes entries has besides.
#[derive(Debug)]
struct Running {
    commands: SyncSender<Command>,
    /// None once it is shut down.
    owned: Mutex<Option<Owned>>,
}

#[derive(Debug)]
struct Owned {
    lock: FolderLock,
    threads: Vec<JoinHandle<()>>,
    tidy: Tidy,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Entries taken now.
    pub taken: u64,
    /// Entries that were there already: a client's retry, counted once.
    pub repeated: u64,
    /// Entries that were not taken: their streams would be more than the store keeps.
    pub beyond_limit: u64,
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
        let lock = FolderLock::take(&options.dir)?;
        let opened = open::open(options)?;
        let shared = Arc::new(opened.shared);
        let (commands, receiver) = sync_channel(64);
        let dir = shared.options.dir.clone();
        let (core, journal, said) = (opened.core, opened.journal, opened.said);
        let threads = spawn(Arc::clone(&shared), core, journal, said, commands.clone(), receiver)
            .map_err(StoreError::file("start the threads of the store", &dir))?;
        let tidy = tidy::tidy(Arc::clone(&shared))
            .map_err(StoreError::file("start the threads of the store", &dir))?;
        let owned = Mutex::new(Some(Owned { lock, threads, tidy }));
        let running = Some(Arc::new(Running { commands, owned }));
        Ok(Self { shared, running, instance: opened.instance })
    }

    /// Reads a data folder without taking its lock or changing anything in it.
    pub fn open_read_only(dir: &Path) -> Result<Self, StoreError> {
        Self::open_to_read(StoreOptions::new(dir))
    }

    /// The same, to see what these options would do with it: its status tells.
    pub fn open_to_read(options: StoreOptions) -> Result<Self, StoreError> {
        let (shared, instance) = open::read(options, Access::Reader)?;
        Ok(Self { shared: Arc::new(shared), running: None, instance })
    }

    /// Writes the address beside the lock, where [`StoreError::Locked`] finds it.
    pub fn announce(&self, url: &str) -> Result<(), StoreError> {
        let running = self.running()?;
        match running.owned.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(owned) => owned
                .lock
                .announce(url)
                .map_err(StoreError::file("write the address", &self.shared.options.dir)),
            None => Err(StoreError::Closed { state: "shut down" }),
        }
    }

    fn running(&self) -> Result<&Running, StoreError> {
        self.running.as_deref().ok_or(StoreError::Closed { state: "open for reading only" })
    }

    /// Takes entries that a client sent; they are in the journal when this returns. The same
    /// (stream, time, line, metadata) again counts once. Arrival numbers are given here, those of
    /// the entries and their auto fields are ignored.
    pub fn push(&self, streams: Vec<(Labels, Vec<Entry>)>) -> Result<Pushed, StoreError> {
        let closed = |_| StoreError::Closed { state: "shut down" };
        let (answer, result) = sync_channel(1);
        let running = self.running()?;
        let streams = Prepared::of(streams, &self.shared)?;
        running
            .commands
            .send(Command::Push { streams, answer })
            .map_err(|_| StoreError::Closed { state: "shut down" })?;
        result.recv().map_err(closed)?
    }

    /// See [`StoreOptions::max_streams`].
    pub fn max_streams(&self) -> usize {
        self.shared.options.max_streams
    }

    /// The streams that match and have entries within the range, in order.
    pub fn streams(&self, matchers: &[Matcher], range: TimeRange) -> Vec<Labels> {
        let catalogue = self.shared.read();
        let is_within = |first: i64, last: i64| range.overlaps(first, last);
        let streams = catalogue.matching(matchers).filter(|stream| {
            let head = stream.head.span().is_some_and(|(first, last)| is_within(first, last));
            let mut blocks = stream.chunks.iter().flat_map(|chunk| &chunk.blocks);
            head || blocks.any(|block| is_within(block.first, block.last))
        });
        let mut labels: Vec<Labels> = streams.map(|stream| stream.labels.clone()).collect();
        labels.sort();
        labels
    }

    /// First and last timestamp of all that is kept.
    pub fn span(&self) -> Option<TimeRange> {
        let catalogue = self.shared.read();
        let spans = catalogue.streams().iter().filter_map(Stream::span);
        let (first, last) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some(TimeRange::new(first, last.saturating_add(1)))
    }

    /// Where the entries are that a query has to read. Only sections that `columns` needs are
    /// listed. `literals`: of each inner list one must occur in a line, see
    /// [`chunk::may_contain`].
    pub fn index(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
        literals: &[Vec<Vec<u8>>],
        columns: Columns,
    ) -> Index {
        index::index(&self.shared, matchers, range, literals, columns)
    }

    /// What [`Store::index`] says about one chunk; None when it is gone. What is skipped is added.
    pub fn chunk_blocks(
        &self,
        id: &str,
        range: TimeRange,
        literals: &[Vec<Vec<u8>>],
        columns: Columns,
        skipped: &mut Skipped,
    ) -> Option<Vec<BlockRef>> {
        let id = id.parse().ok()?;
        index::chunk_blocks(&self.shared, id, range, literals, columns, skipped)
    }

    /// The labels of a sealed chunk, its first and its last timestamp.
    pub fn chunk_extent(&self, id: &str) -> Option<(Labels, i64, i64)> {
        let id: ChunkId = id.parse().ok()?;
        let catalogue = self.shared.read();
        let (stream, chunk) = catalogue.chunk_of(id)?;
        Some((stream.labels.clone(), chunk.first(), chunk.last()))
    }

    /// Changes with every opening.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// The data folder.
    pub fn dir(&self) -> &Path {
        &self.shared.options.dir
    }

    /// Why an answer about these streams may be incomplete; [`Store::index`] says it as well.
    pub fn gaps(&self, matchers: &[Matcher], range: TimeRange) -> Vec<Gap> {
        index::missing(&self.shared, matchers, range)
    }

    /// The file of a sealed chunk.
    pub fn chunk(&self, id: &str) -> Option<ChunkFile> {
        let id: ChunkId = id.parse().ok()?;
        let size = self.shared.read().chunk(id)?.size;
        Some(ChunkFile { path: self.shared.folder.path(id), size })
    }

    /// The open head as a chunk with at least the first `count` entries; None when it was sealed
    /// meanwhile: ask the index again.
    pub fn head(&self, id: &str, epoch: u64, count: u32, revision: u64) -> Option<Arc<[u8]>> {
        let is_enough = |known: &PackedHead| {
            known.epoch == epoch && known.count >= count as usize && known.revision >= revision
        };
        if let Some(known) = self.shared.packed_head(id).filter(is_enough) {
            return Some(known.bytes);
        }
        let (labels, batch, revision) = {
            let catalogue = self.shared.read();
            let stream = catalogue.by_id(id)?;
            let head = &stream.head;
            if head.epoch != epoch || head.len() < count as usize {
                return None;
            }
            (stream.labels.clone(), head.snapshot(), head.revision)
        };
        // Packed fast: it is read once or twice, and over loopback.
        let mut codec = Zstd::new(1);
        let encoded = chunk::encode(&labels, &batch, chunk::Options::default(), &mut codec).ok()?;
        let bytes: Arc<[u8]> = encoded.bytes.into();
        let packed = PackedHead { epoch, count: batch.len(), revision, bytes: Arc::clone(&bytes) };
        self.shared.keep_packed_head(id, packed);
        Some(bytes)
    }

    /// Reads a block that an index named, asked with (at least) the columns of `want`. A damaged
    /// chunk is set aside on the way.
    pub fn read_block(
        &self,
        chunk: &ChunkRef,
        block: &BlockRef,
        want: chunk::Want<'_>,
    ) -> Result<Batch, StoreError> {
        let gone = || StoreError::Gone { id: chunk.id.clone() };
        let id: ChunkId = chunk.id.parse().map_err(|_| gone())?;
        let sections: Vec<Section> = block
            .sections
            .iter()
            .map(|section| Section {
                column: section.column,
                offset: section.offset,
                len: section.len,
                raw: section.raw,
                checksum: section.checksum,
            })
            .collect();
        let mut codec = Zstd::new(1);
        let read = self.shared.folder.read_block(id, block.count, &sections, want, &mut codec);
        if let Err(StoreError::Corrupt { source, .. }) = &read {
            self.set_aside(id, &source.to_string());
        }
        read
    }

    /// Says that a chunk was found damaged by someone who read it. It is looked at again here; if
    /// that is so, it is set aside and reported. Says whether it was.
    pub fn check_chunk(&self, id: &str) -> bool {
        let Ok(id) = id.parse::<ChunkId>() else { return false };
        if self.shared.read().chunk(id).is_none() {
            return false;
        }
        let path = self.shared.folder.path(id);
        let is_whole = std::fs::read(path).is_ok_and(|bytes| ChunkId::of(&bytes) == id);
        if !is_whole {
            self.set_aside(id, "its bytes are not those that were written");
        }
        !is_whole
    }

    fn set_aside(&self, id: ChunkId, reason: &str) {
        match self.running {
            Some(_) => damage::set_aside(&self.shared, id, reason),
            None => damage::leave_out(&self.shared, id, reason),
        }
    }

    /// All columns of a head, as of now; None when it was sealed meanwhile.
    pub fn read_head(&self, head: &HeadRef) -> Option<Batch> {
        let catalogue = self.shared.read();
        let stream = catalogue.by_id(&head.id)?;
        (stream.head.epoch == head.epoch).then(|| stream.head.snapshot())
    }

    /// The sessions of every job.
    pub fn sessions(&self) -> Sessions {
        self.shared.read().sessions.clone()
    }

    /// Entries as they come. With `after`, those with a greater arrival number come first; of
    /// more than 5,000 the newest, and `dropped` of the first frame counts the others.
    pub fn subscribe(&self, matchers: Vec<Matcher>, after: Option<u64>) -> Subscription {
        backlog::subscribe(&self.shared, matchers, after)
    }

    /// What is followed, kept and missed. `version` and `build` are left to the caller.
    pub fn status(&self) -> Status {
        status::status(&self.shared, &self.instance)
    }

    /// What the status says of it, for who is told nothing else of the status.
    pub fn zone_name(&self) -> Option<String> {
        status::zone_name(&self.shared)
    }

    /// What is known of each followed file, as of `now` (nanoseconds since 1970).
    pub fn sources(&self, now: i64) -> Sources {
        status::sources(&self.shared, now)
    }

    /// The numbers that a monitor watches.
    pub fn figures(&self) -> Figures {
        status::figures(&self.shared)
    }

    /// Follows more files, in threads of the store.
    pub fn follow(&self, sources: SourceOptions) {
        self.send(Command::Follow(sources));
    }

    /// Follows these instead of what the configuration said before. Files that both name are read
    /// on where they were left.
    pub fn follow_instead(&self, sources: Vec<SourceOptions>) {
        self.send(Command::Replace(sources));
    }

    /// Says something of a file in place of what was found; it holds for the lines to come, and is
    /// kept.
    pub fn change_source(&self, change: Change) -> Result<(), StoreError> {
        let closed = |_| StoreError::Closed { state: "shut down" };
        let (answer, result) = sync_channel(1);
        let command = Command::Change { change, answer };
        self.running()?
            .commands
            .send(command)
            .map_err(|_| StoreError::Closed { state: "shut down" })?;
        result.recv().map_err(closed)?
    }

    /// Keeps entries so long from now on, those that are here already too.
    pub fn set_retention(&self, keep: Duration, rules: Vec<RetentionRule>, bytes: Option<u64>) {
        self.shared.write().set_policy(Policy { rules, keep, bytes });
    }

    /// What the stages of jobs counted, in the text format of Prometheus.
    pub fn pipeline_metrics(&self) -> String {
        self.shared.board().pipelines.clone()
    }

    fn send(&self, command: Command) {
        let is_sent = self.running().is_ok_and(|running| running.commands.send(command).is_ok());
        if !is_sent {
            tracing::warn!("nothing is followed: the store takes nothing");
        }
    }

    /// Writes everything out, ends the threads and releases the lock. Repeating it does nothing.
    pub fn shutdown(&self) {
        self.end(Command::Shutdown);
    }

    /// Ends the threads as a kill would, with nothing written out: what is opened next finds what
    /// a crash leaves. For tests.
    pub fn abort(&self) {
        self.end(Command::Abort);
    }

    fn end(&self, command: Command) {
        if let Some(running) = &self.running {
            running.end(command);
            self.shared.write().hub.close();
        }
    }
}

impl Running {
    fn end(&self, command: Command) {
        let owned = self.owned.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Owned { lock, threads, tidy }) = owned else { return };
        if matches!(command, Command::Abort) {
            tidy.kill();
        }
        self.commands.send(command).ok();
        // The one that tidies last, so that its list has what the others have sealed.
        let ends = threads.into_iter().map(JoinHandle::join);
        for end in ends.chain(std::iter::once_with(|| tidy.end())) {
            if end.is_err() {
                tracing::error!("a thread of the store has failed");
            }
        }
        lock.release();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end(Command::Shutdown);
    }
}
