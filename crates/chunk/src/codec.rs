use std::fmt;

use ruzstd::decoding::FrameDecoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::limits::SECTION_BYTES;

/// How sections are packed: as zstd frames, by whichever implementation the caller has. The relay
/// passes C zstd, the browser [`RuzstdCodec`]; each reads what the other wrote. It is apart from
/// [`Decompress`], so that a viewer that only reads does not carry it.
pub trait Compress {
    /// Packs `raw` as one zstd frame.
    fn compress(&mut self, raw: &[u8]) -> Result<Vec<u8>, CodecError>;
}

/// How they are unpacked.
pub trait Decompress {
    /// Unpacks a frame to the end of `out`. More or fewer bytes than `raw_len` are an error, and
    /// no more than `raw_len` bytes may be allocated, whatever the frame claims.
    fn decompress(
        &mut self,
        packed: &[u8],
        raw_len: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError>;
}

/// What the zstd implementation said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("zstd: {0}")]
pub struct CodecError(pub String);

impl CodecError {
    pub fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// zstd in pure Rust, for where C cannot go. Keep one and reuse it: its tables and window are
/// allocated once.
pub struct RuzstdCodec {
    decoder: FrameDecoder,
}

impl Default for RuzstdCodec {
    fn default() -> Self {
        let mut decoder = FrameDecoder::new();
        // The window is allocated on the frame's word alone; no section needs a larger one.
        decoder.set_max_window_size(SECTION_BYTES as u64);
        Self { decoder }
    }
}

impl fmt::Debug for RuzstdCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuzstdCodec").finish_non_exhaustive()
    }
}

impl RuzstdCodec {
    pub fn new() -> Self {
        Self::default()
    }
}

impl Compress for RuzstdCodec {
    fn compress(&mut self, raw: &[u8]) -> Result<Vec<u8>, CodecError> {
        // `Fastest` is the one level that is implemented; from memory to memory it cannot fail.
        Ok(compress_to_vec(raw, CompressionLevel::Fastest))
    }
}

impl Decompress for RuzstdCodec {
    fn decompress(
        &mut self,
        packed: &[u8],
        raw_len: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let start = out.len();
        out.resize(start + raw_len, 0);
        let room = out.get_mut(start..).unwrap_or_default();
        let written = self.decoder.decode_all(packed, room).map_err(CodecError::new)?;
        if written == raw_len {
            Ok(())
        } else {
            Err(CodecError(format!("frame holds {written} bytes, expected {raw_len}")))
        }
    }
}
