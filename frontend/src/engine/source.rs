//! Where a driver gets its bytes: the relay over HTTP, an export's own chunks, a test's.

use std::future::Future;
use std::ops::Range;

use model::{Columns, Matcher, TimeRange};
use protocol::index::{HeadRef, Index};

use super::message::Failure;

/// The world as a driver sees it. Nothing here is `Send`: a driver lives in one worker.
pub trait Source {
    /// Where the entries are that one selector of a query has to read.
    fn index(&self, ask: &Ask) -> impl Future<Output = Result<Index, SourceError>>;

    /// Some bytes of a sealed chunk, or all of them.
    fn chunk(
        &self,
        id: &str,
        range: Option<Range<u64>>,
    ) -> impl Future<Output = Result<Vec<u8>, SourceError>>;

    /// An open head as a whole chunk, [`SourceError::Gone`] when it has been sealed since.
    fn head(&self, head: &HeadRef) -> impl Future<Output = Result<Vec<u8>, SourceError>>;

    /// Lets everything else in this thread have its turn: messages, fetches, other queries.
    fn pause(&self) -> impl Future<Output = ()>;

    /// Milliseconds since some moment.
    fn now_ms(&self) -> f64;
}

/// What one selector of a plan asks the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub matchers: Vec<Matcher>,
    pub range: TimeRange,
    pub columns: Columns,
    /// An AND of ORs: of each inner list one must occur in a line.
    pub literals: Vec<Vec<String>>,
}

impl Ask {
    pub fn of(read: &logql::Read) -> Self {
        // The index is asked in JSON. A literal that is no text cannot be named there; leaving
        // out its whole OR only makes the test weaker.
        let text = |one_of: &Vec<Vec<u8>>| -> Option<Vec<String>> {
            one_of.iter().map(|literal| String::from_utf8(literal.clone()).ok()).collect()
        };
        Self {
            matchers: read.matchers.clone(),
            range: read.range,
            columns: read.columns,
            literals: read.literals.iter().filter_map(text).collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It was there and is not any more: sealed, or removed by retention.
    #[error("it is not there any more")]
    Gone,
    /// No answer at all.
    #[error("no answer: {detail}")]
    Offline { detail: String },
    /// An answer that is an error.
    #[error("answered {status}: {message}")]
    Refused { status: u16, message: String },
    /// An answer that cannot be read.
    #[error("{detail}")]
    Unreadable { detail: String },
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Gone => {
                Self::Refused { status: 404, message: SourceError::Gone.to_string() }
            }
            SourceError::Offline { detail } => Self::Offline { detail },
            SourceError::Refused { status, message } => Self::Refused { status, message },
            SourceError::Unreadable { detail } => Self::Unreadable { detail },
        }
    }
}
