use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What was done since the start, for `/metrics`. Nothing decides by the numbers.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub read_bytes: Counter,
    pub invalid_bytes: Counter,
    pub lost_bytes: Counter,
    pub read_entries: Counter,
    /// Nothing has come for a while.
    pub is_idle: AtomicBool,
    /// Chunks that were merged or packed into others.
    pub merged_chunks: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the store tells a monitor, beside its [`protocol::status::Status`]. What is "since the
/// start" begins at 0 with every start of the relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Bytes taken from files and standard input since the start.
    pub read_bytes: u64,
    /// Bytes of them that were no valid text and are kept raw.
    pub invalid_bytes: u64,
    /// Bytes seen in a file that were gone before they could be read, since the start.
    pub lost_bytes: u64,
    /// Entries found in files and standard input since the start.
    pub read_entries: u64,
    /// Entries that live tails left out because their reader was too slow. They are kept.
    pub tail_dropped_entries: u64,
    pub chunks: u64,
    pub chunk_bytes: u64,
    pub journal_bytes: u64,
    /// Chunks that were merged or packed into others since the start.
    pub merged_chunks: u64,
    /// Damaged chunks that were set aside, and the entries that went with them.
    pub corrupt_chunks: u64,
    pub corrupt_entries: u64,
}
