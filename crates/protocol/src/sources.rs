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
    /// What its lines were taken for.
    #[serde(default)]
    pub reading: Reading,
    /// What a person said of it.
    #[serde(default)]
    pub said: Said,
}

/// `POST /api/sources`: what is said of a file from now on. It holds for the lines to come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// As [`Source`] names it.
    pub path: String,
    #[serde(default)]
    pub said: Said,
}

/// What a person says of a file, in place of what was found; nothing said: that is found again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Said {
    pub job: Option<String>,
    /// Of stamps that name none, as in `Asia/Shanghai`.
    pub zone: Option<String>,
}

/// What the lines of a file were taken for, of those read since the relay started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The formats of its records, most lines first. Empty where stages read it, or nothing was
    /// read.
    pub formats: Vec<Lines>,
    /// What collectors put around its lines, most lines first.
    pub around: Vec<Lines>,
    /// Records that are in no known format: just text.
    pub plain: u64,
    /// Tracebacks that nothing stands in front of.
    pub tracebacks: u64,
    /// Lines that go on the record before them.
    pub continued: u64,
    /// Of hundred records, how many the first format reads.
    pub confidence_percent: Option<u32>,
    /// `UTF-8`, `GB18030`, `UTF-16LE`, `ASCII` …
    pub encoding: String,
    /// Lines that fit no encoding: they are kept as they are, and marked where they are shown.
    pub unclear: u64,
    /// The zone of stamps that name none.
    pub zone: String,
    /// Stamps that name their zone, and those that do not.
    pub zoned: u64,
    pub unzoned: u64,
    /// Steps of progress bars and empty lines: they become no entries.
    pub frames: u64,
    pub blank: u64,
    /// Lines that stages dropped.
    pub dropped: u64,
}

/// So many lines of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub name: String,
    pub lines: u64,
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
