use std::sync::Arc;

use detect::Auto;
use model::{Entry, Labels, Place, SourceFile};
use serde::{Deserialize, Serialize};

use crate::ingest::sessions::SessionTable;
use crate::source::{FileState, Prefix};

/// One step of what the relay took. The order of the variants is the format: new ones go to the
/// end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    /// First in a segment.
    Checkpoint(Box<CheckpointState>),
    /// A head as it was at the checkpoint.
    Head {
        labels: Labels,
        epoch: u64,
        revision: u64,
        /// When the first entry of the head was taken, nanoseconds since 1970.
        taken: i64,
        /// The closed entries as a chunk; empty when there are none.
        #[serde(with = "serde_bytes")]
        closed: Vec<u8>,
        open: Vec<OpenEntry>,
    },
    /// The checkpoint is whole; what follows came after it.
    CheckpointEnd,
    /// A file is followed from now on, under `state.key`; or what is known of it changed, such as
    /// its path.
    File(Box<FileState>),
    /// Bytes of a file, which may end anywhere.
    Bytes { file: u64, offset: u64, now: i64, bytes: Bytes },
    /// The end of the file was reached.
    Settle { file: u64, now: i64 },
    /// The file is gone and read to its end: its last entry is complete.
    Finish { file: u64, now: i64 },
    /// Entries that a client sent. They get the next arrival numbers in this order.
    Push { now: i64, streams: Vec<(Labels, Vec<PushedEntry>)> },
    /// The first `count` closed entries of the stream's head are in a chunk.
    Sealed { labels: Labels, count: u64, now: i64 },
    /// Entries that stages made of lines of files, and how far these files are taken by that. They
    /// get the next arrival numbers in this order. Directly after a checkpoint: what it does not
    /// say of such files.
    Piped { now: i64, files: Vec<PipedFile>, entries: Bytes },
}

/// Where everything stands, but for the heads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CheckpointState {
    pub next_arrival: u64,
    pub next_file: u64,
    pub files: Vec<FileState>,
    pub sessions: SessionTable,
}

/// A file whose lines go through stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PipedFile {
    pub file: u64,
    /// All lines before it are taken.
    pub offset: u64,
    /// Where lines behind it start that are taken as well; those between them still wait in a
    /// stage, and are read again after a restart.
    pub done: Vec<u64>,
    /// How the file starts, when that has become better known.
    pub prefix: Option<Prefix>,
    /// Entries that are new.
    pub entries: u64,
}

/// The entries of [`Record::Piped`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PipedEntries {
    pub labels: Vec<Labels>,
    /// Each with its place in `labels`.
    pub entries: Vec<(u32, PushedEntry)>,
}

/// The last entry of a file, which further lines may still extend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OpenEntry {
    pub file: u64,
    pub arrival: u64,
    pub timestamp: i64,
    #[serde(with = "serde_bytes")]
    pub line: Vec<u8>,
    /// What was found when it was new.
    pub auto: Auto,
    /// What its further lines added.
    pub added: Vec<(String, String)>,
    /// The bytes of the file it consists of.
    pub offset: u64,
    pub end: u64,
    /// The file as the world knows it; the journal knows it by its key.
    #[serde(skip)]
    pub source: Arc<SourceFile>,
}

/// An entry without its arrival number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PushedEntry {
    pub timestamp: i64,
    #[serde(with = "serde_bytes")]
    pub line: Vec<u8>,
    pub metadata: Vec<(String, String)>,
    pub auto: Vec<(String, String)>,
    /// None for what a client sent.
    pub spot: Option<Spot>,
}

/// Where an entry stands in a file of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spot {
    pub file: u64,
    pub offset: u64,
    pub len: u32,
}

/// Bytes of a file, packed where that pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Bytes {
    Plain(#[serde(with = "serde_bytes")] Vec<u8>),
    Zstd {
        len: u32,
        #[serde(with = "serde_bytes")]
        packed: Vec<u8>,
    },
}

impl OpenEntry {
    /// Its fields; of two with one name the first counts.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.auto.iter().chain(self.added.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    }

    pub(crate) fn to_entry(&self) -> Entry {
        Entry {
            timestamp: self.timestamp,
            arrival: self.arrival,
            line: self.line.clone(),
            metadata: Vec::new(),
            auto: self.fields().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            place: Some(Place {
                file: Arc::clone(&self.source),
                offset: self.offset,
                len: self.len(),
            }),
        }
    }

    /// Bytes in the file.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.end.saturating_sub(self.offset)).unwrap_or(u32::MAX)
    }
}

impl PushedEntry {
    /// `source`: the file of the spot.
    pub(crate) fn with_arrival(self, arrival: u64, source: Option<&Arc<SourceFile>>) -> Entry {
        let place = self.spot.zip(source).map(|(Spot { offset, len, .. }, source)| Place {
            file: Arc::clone(source),
            offset,
            len,
        });
        Entry {
            timestamp: self.timestamp,
            arrival,
            line: self.line,
            metadata: self.metadata,
            auto: self.auto,
            place,
        }
    }
}

impl From<Entry> for PushedEntry {
    fn from(entry: Entry) -> Self {
        Self {
            timestamp: entry.timestamp,
            line: entry.line,
            metadata: entry.metadata,
            auto: entry.auto,
            spot: None,
        }
    }
}
