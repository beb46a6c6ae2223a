//! What page and engine say to each other: one enum each way, everything with the id of its query.
//!
//! The page sends [`Request`]s and gets [`Event`]s. For a query the order is: any number of
//! `Progress`, `Rows` and `Output`, then exactly one `Done` or `Failed`. For a tail: `TailState`
//! whenever it changes and `TailRows`, until it is stopped or `Failed`.
//!
//! Rows and outputs are worth showing as they come: each `Rows` says from which position on it
//! replaces what was sent before, each `Output` replaces the last.

use logql::{Output, Params, QueryError, Stats};
use model::{TimeRange, Timestamp};
use serde::{Deserialize, Serialize};

pub use super::listed::{Cut, Listed};

/// Names a query or a tail for as long as the page lives; never used twice.
pub type Id = u64;

/// The most rows one message carries, so that decoding it never blocks the page.
pub const ROWS_PER_MESSAGE: usize = 200;

/// From the page to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    Start {
        id: Id,
        query: QueryRequest,
    },
    /// Stops a query and keeps what has arrived: `Done` follows, its coverage says what is
    /// missing.
    Cancel {
        id: Id,
    },
    Tail {
        id: Id,
        tail: TailRequest,
    },
    StopTail {
        id: Id,
    },
    Configure(Settings),
}

/// One query as the page asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryRequest {
    /// LogQL.
    pub text: String,
    pub params: Params,
    /// Where the relay is: the page's own folder as an absolute URL, with a slash at its end.
    pub base: String,
    pub priority: Priority,
    /// Rows are wanted as they are, however long; otherwise what a list needs of them.
    pub whole: bool,
    pub wants: Wants,
}

/// What of a query is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wants {
    /// Its rows or samples.
    #[default]
    Result,
    /// Of a log query only how many entries are left after each stage that drops some; `limit`,
    /// `direction` and `cursor` say nothing then.
    Survivors,
}

/// Which query goes first when several want the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// Histograms, hints and previews: waits until nothing in the foreground runs, and the page
    /// has shown what that brought.
    Background,
    /// What somebody waits for.
    #[default]
    Foreground,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailRequest {
    /// A log query: its selector is what the relay sends, its pipeline runs here.
    pub text: String,
    pub base: String,
    /// Entries that the relay took after this arrival number come first, so that nothing is
    /// missing between a query and its tail. None: from now on.
    pub after: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The most bytes all workers together keep: decoded blocks and running queries.
    pub memory_bytes: u64,
    /// The token of the shared link that the page was opened with; it goes with every request.
    pub share: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { memory_bytes: 512 << 20, share: None }
    }
}

/// From the engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// At most ten times a second.
    Progress {
        id: Id,
        progress: Progress,
    },
    /// The rows of a log query from position `from` on; what was sent before from there on no
    /// longer holds. `total` is where the list ends once this burst of messages is through.
    Rows {
        id: Id,
        from: usize,
        rows: Vec<Listed>,
        total: usize,
    },
    /// The result of a metric query, so far or complete; never [`Output::Rows`].
    Output {
        id: Id,
        output: Output,
    },
    Done {
        id: Id,
        done: Done,
    },
    Failed {
        id: Id,
        failure: Failure,
    },
    TailRows {
        id: Id,
        rows: TailRows,
    },
    TailState {
        id: Id,
        state: TailState,
    },
}

impl Event {
    /// The query or tail this belongs to.
    pub const fn id(&self) -> Id {
        match self {
            Self::Progress { id, .. }
            | Self::Rows { id, .. }
            | Self::Output { id, .. }
            | Self::Done { id, .. }
            | Self::Failed { id, .. }
            | Self::TailRows { id, .. }
            | Self::TailState { id, .. } => *id,
        }
    }
}

/// How far a query is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub stats: Stats,
    pub coverage: Coverage,
    /// Where survivors are wanted: alive after the selector and after each stage that drops some.
    pub survivors: Vec<u64>,
    pub elapsed_ms: u64,
}

/// The end of a query that gave a result, complete or not: the coverage says which.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Done {
    pub stats: Stats,
    pub coverage: Coverage,
    /// As in [`Progress`].
    pub survivors: Vec<u64>,
    pub warnings: Vec<String>,
    pub elapsed_ms: u64,
}

/// What an answer rests on: the numbers of the line below it.
///
/// "all 41,200 lines from 14:02 to 15:10 · 310 matches · 3.1 MB read · 42 ms" is `entries`,
/// `first`, `last`, `matched`, `bytes_read` and the elapsed time of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Entries of the selected streams in the asked range that the answer accounts for: looked
    /// at, or known not to match without being read.
    pub entries: u64,
    /// `entries` counts blocks that lie only partly in the range: it may be fewer.
    pub entries_at_most: bool,
    pub matched: u64,
    /// First and last entry among those that were looked at or skipped.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// Pieces of work: chunks and open heads that had to be looked at.
    pub chunks_done: u64,
    pub chunks_total: u64,
    /// Bytes that crossed the wire (or the browser's cache) for this query.
    pub bytes_read: u64,
    /// Bytes that did not have to: blocks that an earlier query left decoded.
    pub bytes_kept: u64,
    /// Uncompressed bytes of lines that were ruled out by signatures.
    pub bytes_skipped: u64,
    /// A log query stopped at its limit: nothing beyond this time was looked at. Not a gap, and
    /// "load more" goes on from here.
    pub stopped_at: Option<Timestamp>,
    /// Why the answer may miss something. Empty: it is complete.
    pub gaps: Vec<Gap>,
    /// First and last entry of the selected streams over all time: where to jump when the range
    /// is empty.
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
}

impl Coverage {
    /// Nothing that could change the answer is missing.
    pub const fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// Something an answer does not contain and should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gap {
    /// A file that matches is still being read: `done` of `total` bytes.
    Reading { path: String, done: u64, total: u64 },
    /// The relay set a chunk aside that it could not read.
    Corrupt { chunk: String, entries: Option<u64>, reason: String },
    /// The relay stopped taking lines.
    Stopped { reason: String },
    /// A chunk arrived damaged or did not arrive; `range` is the time its entries span.
    Unread { chunk: String, range: TimeRange, entries: u64, reason: String },
    /// Cancelled after `done` of `total` chunks.
    Cancelled { done: u64, total: u64 },
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The query text is wrong, or cannot be run as asked.
    #[error("{0}")]
    Query(QueryError),
    /// The relay did not answer at all.
    #[error("the relay does not answer: {detail}")]
    Offline { detail: String },
    /// The relay answered with an error.
    #[error("the relay answered {status}: {message}")]
    Refused { status: u16, message: String },
    /// The answer is not what this build of the viewer reads; a reload helps after an upgrade.
    #[error("the relay's answer cannot be read: {detail}")]
    Unreadable { detail: String },
    /// A worker ended in the middle of the query; it has been restarted.
    #[error("the query engine stopped unexpectedly: {detail}")]
    Died { detail: String },
    /// The query needs more memory than the page may use.
    #[error("the query needs more than the {budget_bytes} bytes of memory it may use")]
    Memory { budget_bytes: u64 },
}

/// What a tail brought since the last message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailRows {
    /// In order of their arrival; no arrival that was sent before.
    pub new: Vec<Listed>,
    /// Entries sent before that a continuation line has extended: same arrival, new content.
    pub replaced: Vec<Listed>,
    /// Arrivals sent before that no longer match since they were extended.
    pub removed: Vec<u64>,
    /// Entries the relay left out because this page was too slow for them.
    pub dropped: u64,
    /// Milliseconds between the newest entry's timestamp and its evaluation here; 0 where the
    /// timestamp is too old to be that of its arrival.
    pub lag_ms: u64,
    /// The greatest arrival number seen, matching or not: where to go on.
    pub after: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TailState {
    Connected,
    /// The connection broke and is tried again in so many milliseconds; nothing gets lost.
    Reconnecting {
        retry_ms: u64,
        reason: String,
    },
    Closed,
}

impl From<protocol::index::Gap> for Gap {
    fn from(gap: protocol::index::Gap) -> Self {
        match gap {
            protocol::index::Gap::Reading { path, done, total } => {
                Self::Reading { path, done, total }
            }
            protocol::index::Gap::Corrupt { chunk, entries, reason } => {
                Self::Corrupt { chunk, entries, reason }
            }
            protocol::index::Gap::Stopped { reason } => Self::Stopped { reason },
        }
    }
}
