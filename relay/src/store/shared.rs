use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use protocol::status::{Problem, Severity, Source};

use crate::store::StoreOptions;
use crate::store::catalogue::Catalogue;
use crate::store::chunk_file::ChunkFolder;
use crate::store::counters::Counters;
use crate::store::facts::FileFacts;
use crate::store::retention::Policy;

/// What the threads of the store and its callers share. Locks are held for copies and appends
/// only, never while a file is read or written.
#[derive(Debug)]
pub(crate) struct Shared {
    pub options: StoreOptions,
    pub folder: ChunkFolder,
    pub counters: Counters,
    catalogue: RwLock<Catalogue>,
    board: Mutex<Board>,
    /// Packed heads by the stream's name, so that readers of one state share the work.
    packed_heads: Mutex<HashMap<String, PackedHead>>,
}

/// What the ingest thread tells about itself.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// By the file's key in the journal.
    pub sources: BTreeMap<u64, Source>,
    /// The same files, what is known of them besides.
    pub facts: BTreeMap<u64, FileFacts>,
    /// Of the paths that were given, as of the last look.
    pub paths: Vec<Problem>,
    /// Why nothing is taken at present.
    pub stopped: Option<Problem>,
    /// What was found damaged at the start.
    pub found: Vec<Problem>,
    pub journal_bytes: u64,
    /// What the stages of jobs counted, in the text format of Prometheus.
    pub pipelines: String,
}

/// One state of a head as a chunk.
#[derive(Clone, Debug)]
pub(crate) struct PackedHead {
    pub epoch: u64,
    pub count: usize,
    pub revision: u64,
    pub bytes: Arc<[u8]>,
}

/// Nothing is taken when the disk has less room: what is needed to seal and to write a checkpoint.
pub(crate) const RESERVE_BYTES: u64 = 16 << 20;

/// Packed heads that are kept, in bytes: a page that asks again within a second finds them, and
/// an idle relay stays small.
const PACKED_BYTES: usize = 2 << 20;

impl Shared {
    pub(crate) fn new(options: StoreOptions, mut catalogue: Catalogue) -> Self {
        catalogue.set_policy(Policy::of(&options));
        Self {
            folder: ChunkFolder::of(&options.dir),
            options,
            counters: Counters::default(),
            catalogue: RwLock::new(catalogue),
            board: Mutex::default(),
            packed_heads: Mutex::default(),
        }
    }

    // A thread that panicked while it held a lock has left columns of equal length at worst one
    // entry short: going on is better than refusing every query.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Catalogue> {
        self.catalogue.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Catalogue> {
        self.catalogue.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn packed_head(&self, id: &str) -> Option<PackedHead> {
        self.packed_heads.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub(crate) fn keep_packed_head(&self, id: &str, packed: PackedHead) {
        let mut heads = self.packed_heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.insert(id.to_owned(), packed);
        if heads.values().map(|packed| packed.bytes.len()).sum::<usize>() > PACKED_BYTES {
            heads.retain(|name, _| name == id);
        }
    }
}

/// A problem that a person should know.
pub(crate) fn problem(severity: Severity, code: &str, message: impl Into<String>) -> Problem {
    Problem { severity, code: code.to_owned(), message: message.into() }
}
