use model::{Labels, Sessions, TimeRange};
use serde::{Deserialize, Serialize};

use crate::{Coding, OpenError};

/// The format that is written. A reader knows all up to its own.
pub const FORMAT: u32 = 1;

/// What a report says about itself. As JSON in the page; names that a reader does not know are
/// passed over, so that fields can be added without a new format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Set when written.
    pub format: u32,
    /// `Logpane 0.1.0`.
    pub tool: String,
    /// Who wrote it: `viewer` or `cli`.
    pub producer: String,
    /// What was selected, redacted like the rest.
    pub query: String,
    pub range: TimeRange,
    /// The view as the fragment of a URL.
    pub view: String,
    /// Facts for the head of the report: environment, who redacted.
    pub facts: Vec<(String, String)>,
    pub sessions: Sessions,
    /// Which redaction rules ran; empty: none.
    pub redaction: Vec<RuleRun>,
    pub coding: Coding,
    /// Set when written, in the order of the files' labels.
    pub files: Vec<SourceEntry>,
    /// Set when written, in the order of the page.
    pub chunks: Vec<ChunkEntry>,
    /// The viewer in the page; set when written.
    pub viewer: Vec<ViewerPart>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            format: FORMAT,
            tool: String::new(),
            producer: String::new(),
            query: String::new(),
            range: TimeRange::ALL,
            view: String::new(),
            facts: Vec::new(),
            sessions: Sessions::default(),
            redaction: Vec::new(),
            coding: Coding::Base64,
            files: Vec::new(),
            chunks: Vec::new(),
            viewer: Vec::new(),
        }
    }
}

/// A redaction rule and how many texts it replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRun {
    pub rule: String,
    pub count: u64,
}

/// A file whose entries are in the report, or a stream that came from none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// Those of its streams, without the level.
    pub labels: Labels,
    pub entries: u64,
    /// Of the lines.
    pub raw_bytes: u64,
}

/// A chunk in the page; its number is its place in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkEntry {
    /// Hash of the bytes, in hexadecimal.
    pub blake3: String,
    /// Before the text coding.
    pub bytes: u64,
    pub labels: Labels,
    pub entries: u64,
    pub raw_bytes: u64,
    /// Of the first and the last entry; the last one is in.
    pub first: model::Timestamp,
    pub last: model::Timestamp,
}

/// A part of the viewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewerPart {
    /// `script`, `wasm` or `style`.
    pub name: String,
    pub blake3: String,
    pub bytes: u64,
}

impl Manifest {
    /// Reads the text of the page's manifest.
    pub fn parse(json: &[u8]) -> Result<Self, OpenError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let malformed =
            |e: serde_json::Error| OpenError::Malformed { what: format!("manifest: {e}") };
        // The format first: what follows may be anything in a newer one.
        let Format { format: found } = serde_json::from_slice(json).map_err(malformed)?;
        if found > FORMAT {
            return Err(OpenError::Newer { found, known: FORMAT });
        }
        serde_json::from_slice(json).map_err(malformed)
    }

    /// Chunk `number` from the text of its element, checked.
    pub fn chunk(&self, number: usize, text: &[u8]) -> Result<Vec<u8>, OpenError> {
        let missing =
            || OpenError::Malformed { what: format!("the manifest names no chunk {number}") };
        let entry = self.chunks.get(number).ok_or_else(missing)?;
        let len = usize::try_from(entry.bytes).unwrap_or(usize::MAX);
        self.coding
            .decode(text, len)
            .filter(|bytes| hash(bytes) == entry.blake3)
            .ok_or_else(|| OpenError::Changed { what: format!("chunk {number}") })
    }
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}
