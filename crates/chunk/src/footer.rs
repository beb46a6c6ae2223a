use crate::{ChunkMeta, FormatError};

/// The version that is written; all versions up to it are read.
pub const VERSION: u8 = 1;

/// How much of a chunk's end to read first: enough for the footer of nearly every chunk.
pub const TAIL_BYTES: usize = 8 << 10;

/// What the end of a chunk gave.
#[derive(Clone, Debug)]
pub enum Tail {
    Meta(ChunkMeta),
    /// The footer is longer: read this many bytes from the chunk's end and ask again.
    More {
        bytes: usize,
    },
}

/// Reads the footer from the last bytes of a chunk of `chunk_bytes` bytes in all.
pub fn read_meta(tail: &[u8], chunk_bytes: u64) -> Result<Tail, FormatError> {
    Err(FormatError::Truncated { what: "footer", needed: chunk_bytes, found: tail.len() as u64 })
}
