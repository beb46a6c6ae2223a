//! The live tail: JSON messages over a WebSocket.
//!
//! A client that reconnects sends the greatest arrival number it has as `after` and gets what it
//! missed first, so that nothing is missing and nothing comes twice. An entry whose arrival the
//! client already has replaces it: a continuation line extended it.

use model::{Labels, Session, Timestamp};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailFrame {
    pub streams: Vec<TailStream>,
    /// Sessions that opened or changed since the last frame, with their job.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<(String, Session)>,
    /// Entries this client was too slow for.
    #[serde(default)]
    pub dropped: u64,
    /// The relay's instance: when it changes, arrivals of before still hold.
    pub instance: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailStream {
    pub labels: Labels,
    pub entries: Vec<TailEntry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailEntry {
    pub ts: Timestamp,
    pub arrival: u64,
    /// UTF-8; undecodable bytes are U+FFFD here, and whole in the chunk.
    pub line: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auto: Vec<(String, String)>,
}

impl TailEntry {
    /// About what it takes in memory, in bytes.
    pub fn size(&self) -> usize {
        let pairs = self.metadata.iter().chain(&self.auto);
        let pairs: usize = pairs.map(|(name, value)| PAIR_BYTES + name.len() + value.len()).sum();
        size_of::<Self>() + self.line.len() + pairs
    }
}

/// Two strings, their text aside.
const PAIR_BYTES: usize = size_of::<(String, String)>();
