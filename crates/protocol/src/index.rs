//! `GET /api/index`: where the entries are that a query has to read.
//!
//! The relay answers the skip tests itself, so that the browser loads neither signatures nor
//! blocks that cannot match: `literals` is an AND of ORs of strings, one of each inner list must
//! occur in a line for it to match.

use std::fmt;

use model::{Labels, Sessions, Timestamp};
use serde::{Deserialize, Serialize};

/// An AND of ORs: of each inner list one string must occur in the line.
pub type Literals = Vec<Vec<String>>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    pub streams: Vec<Labels>,
    /// Newest first, by the last timestamp.
    pub chunks: Vec<ChunkRef>,
    pub heads: Vec<HeadRef>,
    /// The sessions of the jobs that are concerned.
    pub sessions: Sessions,
    /// Blocks and entries that lie in the range but cannot match, and were left out.
    pub skipped: Skipped,
    /// First and last entry of the selected streams over all time, for "jump to the newest".
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
    /// Why the answer may be incomplete: a corrupt chunk set aside, files still being read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
}

/// A sealed chunk and the blocks of it that a query may need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkRef {
    /// Content hash, the name under `/api/chunks/`.
    pub id: String,
    /// Index into `streams`.
    pub stream: usize,
    /// Bytes of the whole chunk.
    pub size: u64,
    pub blocks: Vec<BlockRef>,
    /// The names of chunks whose entries it holds since a short while ago: who has read those has
    /// read these.
    #[serde(default)]
    pub replaces: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRef {
    /// Position of the block in its chunk.
    pub index: u32,
    pub count: u32,
    pub first: Timestamp,
    pub last: Timestamp,
    /// Bytes of the lines before compression.
    pub raw: u64,
    pub sections: Vec<SectionRef>,
}

/// One column of a block: where it stands in the chunk and how large it is unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionRef {
    /// The chunk format's number of the column.
    pub column: u8,
    pub offset: u64,
    pub len: u32,
    pub raw: u32,
    pub checksum: u32,
}

/// The entries of a stream that are not sealed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadRef {
    /// Index into `streams`.
    pub stream: usize,
    /// The stream's name under `/api/heads/`.
    pub id: String,
    /// Counts the seals of this stream; with `count` it names one state of the head.
    pub epoch: u64,
    pub count: u32,
    /// Changes whenever the last entry is extended by a continuation line.
    pub revision: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub blocks: u64,
    pub entries: u64,
    pub raw_bytes: u64,
    /// Some of the blocks lie only partly in the range: `entries` counts all they hold.
    pub entries_at_most: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Gap {
    /// A file that matches is still being read: `done` of `total` bytes.
    Reading { path: String, done: u64, total: u64 },
    /// A chunk of these streams could not be read and was set aside.
    Corrupt { chunk: String, entries: Option<u64>, reason: String },
    /// The relay stopped taking lines, and why.
    Stopped { reason: String },
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reading { path, done, total } => {
                write!(f, "{done} of {total} bytes are read so far: {path}")
            }
            Self::Corrupt { chunk, entries: Some(entries), reason } => {
                write!(f, "chunk {chunk} with {entries} entries is damaged and left out: {reason}")
            }
            Self::Corrupt { chunk, entries: None, reason } => {
                write!(f, "chunk {chunk} is damaged and left out: {reason}")
            }
            Self::Stopped { reason } => write!(f, "the relay stopped taking lines: {reason}"),
        }
    }
}
