use std::time::Duration;

/// What it took to answer a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Chunks of the query's streams and range that may hold what it looks for.
    pub chunks: u64,
    /// Blocks that were read, and those left out since they cannot hold what is looked for.
    pub blocks: u64,
    pub blocks_skipped: u64,
    /// Of the blocks that were read: entries, bytes of their lines, bytes read from disk.
    pub block_entries: u64,
    pub block_bytes: u64,
    pub packed_bytes: u64,
    /// Heads that were read, their entries and the bytes of their lines.
    pub heads: u64,
    pub head_entries: u64,
    pub head_bytes: u64,
    /// Reading and unpacking blocks.
    pub reading: Duration,
    /// Waiting for other queries.
    pub waiting: Duration,
    /// All of it, the waiting aside.
    pub running: Duration,
}
