use std::fmt;
use std::str::FromStr;

use model::Labels;

use crate::{Column, FormatError};

/// The name of a chunk: the first 16 bytes of the BLAKE3 hash of all its bytes, 32 hex digits in
/// text. Equal names mean equal bytes, so a chunk can be cached for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkId([u8; 16]);

impl ChunkId {
    /// The name of the chunk with these bytes.
    pub fn of(chunk: &[u8]) -> Self {
        let hash = blake3::hash(chunk);
        let mut id = [0; 16];
        id.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
        Self(id)
    }

    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl From<[u8; 16]> for ChunkId {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for ChunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ChunkId {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let malformed =
            FormatError::Malformed { what: "chunk name", problem: "expected 32 hex digits" };
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(malformed);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| malformed)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// What a chunk holds and where, without its contents: small enough to keep for every chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkMeta {
    pub version: u8,
    pub labels: Labels,
    /// In order of time; at least one.
    pub blocks: Vec<BlockMeta>,
}

impl ChunkMeta {
    pub fn num_entries(&self) -> u64 {
        self.blocks.iter().map(|b| u64::from(b.count)).sum()
    }

    /// Bytes of the lines before compression.
    pub fn raw_bytes(&self) -> u64 {
        self.blocks.iter().map(|b| b.raw_bytes).sum()
    }

    /// The earliest timestamp.
    pub fn first(&self) -> i64 {
        self.blocks.iter().map(|b| b.first).min().unwrap_or(i64::MAX)
    }

    /// The latest timestamp.
    pub fn last(&self) -> i64 {
        self.blocks.iter().map(|b| b.last).max().unwrap_or(i64::MIN)
    }

    pub fn last_arrival(&self) -> u64 {
        self.blocks.iter().map(|b| b.last_arrival).max().unwrap_or(0)
    }
}

/// One block of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockMeta {
    /// Entries; at least one.
    pub count: u32,
    /// The earliest timestamp, nanoseconds since 1970.
    pub first: i64,
    /// The latest timestamp.
    pub last: i64,
    /// The lowest arrival number.
    pub first_arrival: u64,
    /// The highest arrival number.
    pub last_arrival: u64,
    /// Bytes of the lines before compression.
    pub raw_bytes: u64,
    /// In order of their place in the chunk; a column that no entry fills is left out.
    pub sections: Vec<Section>,
}

impl BlockMeta {
    pub fn section(&self, column: Column) -> Option<&Section> {
        self.sections.iter().find(|s| s.column == column.number())
    }
}

/// One column of a block: where it stands in the chunk and how large it is unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The number of a [`Column`], or one that this build does not know.
    pub column: u8,
    /// Bytes from the start of the chunk.
    pub offset: u64,
    /// Bytes in the chunk.
    pub len: u32,
    /// Bytes after unpacking.
    pub raw: u32,
    /// CRC-32 of the bytes in the chunk.
    pub checksum: u32,
}
