use model::{Batch, Labels};

use crate::{ChunkId, ChunkMeta, Codec, EncodeError};

/// How a chunk is cut.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Starts a new block at this many bytes of lines.
    pub block_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { block_bytes: 256 << 10 }
    }
}

/// A finished chunk.
#[derive(Clone, Debug)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub id: ChunkId,
    pub meta: ChunkMeta,
}

/// Writes all columns of `batch`, which is in order of (timestamp, arrival), as one chunk.
pub fn encode(
    labels: &Labels,
    batch: &Batch,
    options: Options,
    codec: &mut dyn Codec,
) -> Result<Encoded, EncodeError> {
    let _ = (labels, batch, options, codec);
    Err(EncodeError::Empty)
}
