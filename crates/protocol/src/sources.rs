//! `GET /api/sources`: every followed file with what was found out about it, and what was looked
//! for in vain.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::status::{Problem, Source};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// By path.
    pub files: Vec<SourceFacts>,
    /// Patterns without a match, files that cannot be read, binary and empty ones.
    pub missed: Vec<Problem>,
}

/// What the status says of a file, and what is known of it besides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceFacts {
    #[serde(flatten)]
    pub source: Source,
    /// Bytes that are there and not read yet.
    pub lag_bytes: u64,
    /// When its last bytes came; None: none came since the relay started.
    pub last_read: Option<Timestamp>,
    /// Where the times of its entries come from, of those read since the relay started.
    pub times: TimeCounts,
    /// Entries a second within the last minute.
    pub entries_per_second: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeCounts {
    /// Entries with a stamp of their own.
    pub own: u64,
    /// Entries that have the time of the nearest stamp of their file.
    pub inherited: u64,
    /// Entries without any stamp near: their time is when they arrived, which is a guess.
    pub arrival: u64,
}
