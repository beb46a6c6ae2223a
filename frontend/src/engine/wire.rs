//! What page and workers say to each other underneath [`message`](super::message): the same
//! events, and the parts of a query that one worker hands to the others by way of the page.

use model::Labels;
use protocol::index::{ChunkRef, HeadRef};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_bytes::ByteBuf;

use super::message::{Event, Failure, Gap, Id, QueryRequest, TailRequest};

/// From the page to a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// The part of the page's memory this worker may use, and with which shared link it asks.
    Configure {
        memory_bytes: u64,
        share: Option<String>,
    },
    /// Be the lead of this query: fetch the index, hand out parts to `workers` workers (this one
    /// is the first), merge what they give.
    Lead {
        id: Id,
        query: QueryRequest,
        workers: usize,
    },
    /// Evaluate a part and answer with its [`FromWorker::Part`].
    Work {
        id: Id,
        part: Box<Part>,
    },
    /// To the lead: what another worker made of a part.
    Merge {
        id: Id,
        result: Box<PartResult>,
    },
    /// To the lead: end now with what there is. To the others: drop everything of this query.
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
}

/// From a worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// The first message: it listens now.
    Ready,
    Event(Box<Event>),
    /// From the lead: give this part to that worker.
    Hand {
        id: Id,
        worker: usize,
        part: Box<Part>,
    },
    /// To be passed on to the lead.
    Part {
        id: Id,
        result: Box<PartResult>,
    },
    /// The last words of a worker that panics.
    Panicked {
        detail: String,
    },
}

/// Some chunks of one query, enough to evaluate them without asking the index again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub number: u64,
    pub query: QueryRequest,
    /// JSON of [`model::Sessions`], the form it has on the wire. Only with the first part that a
    /// worker gets of a query.
    pub sessions: Option<String>,
    /// In the order they should be read.
    pub pieces: Vec<Piece>,
}

/// One chunk or open head, for one selector of the query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Which of the plan's reads wants it.
    pub read: usize,
    pub stream: Labels,
    pub what: PieceKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PieceKind {
    Chunk(ChunkRef),
    Head(HeadRef),
}

/// What a worker made of a [`Part`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartResult {
    pub number: u64,
    /// The engine's state after these pieces alone, encoded; folds into the lead's.
    pub state: Result<ByteBuf, Failure>,
    pub tally: Tally,
}

/// What evaluating some pieces took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Entries in range that were looked at, for each read of the plan.
    pub entries: Vec<u64>,
    /// Bytes fetched, and packed bytes of blocks that were still there decoded.
    pub read_bytes: u64,
    pub kept_bytes: u64,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Positions of the pieces whose head was sealed meanwhile: the index has to be asked again.
    pub sealed: Vec<usize>,
    /// A chunk went after the index had named it: its entries may be in another by now, with those
    /// of chunks that were read.
    pub is_stale: bool,
}

/// A message could not be taken apart.
#[derive(Debug, thiserror::Error)]
#[error("message cannot be decoded")]
pub struct WireError(#[from] postcard::Error);

/// Postcard bytes of a message.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, WireError> {
    Ok(postcard::to_stdvec(message)?)
}

pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    Ok(postcard::from_bytes(bytes)?)
}
