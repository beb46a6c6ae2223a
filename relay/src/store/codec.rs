use chunk::{Codec, CodecError};
use zstd::bulk::{Compressor, Decompressor};

/// C zstd with contexts that are allocated once and only when they are needed: a compressor takes
/// megabytes.
pub(crate) struct Zstd {
    level: i32,
    compressor: Option<Compressor<'static>>,
    decompressor: Option<Decompressor<'static>>,
}

impl Zstd {
    pub(crate) const fn new(level: i32) -> Self {
        Self { level, compressor: None, decompressor: None }
    }
}

impl std::fmt::Debug for Zstd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zstd").field("level", &self.level).finish_non_exhaustive()
    }
}

impl Codec for Zstd {
    fn compress(&mut self, raw: &[u8]) -> Result<Vec<u8>, CodecError> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            None => {
                let compressor = Compressor::new(self.level).map_err(CodecError::new)?;
                self.compressor.insert(compressor)
            }
        };
        compressor.compress(raw).map_err(CodecError::new)
    }

    fn decompress(
        &mut self,
        packed: &[u8],
        raw_len: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let decompressor = match &mut self.decompressor {
            Some(decompressor) => decompressor,
            None => self.decompressor.insert(Decompressor::new().map_err(CodecError::new)?),
        };
        let raw = decompressor.decompress(packed, raw_len).map_err(CodecError::new)?;
        if raw.len() != raw_len {
            return Err(CodecError::new(format_args!(
                "frame holds {} bytes, expected {raw_len}",
                raw.len()
            )));
        }
        out.extend_from_slice(&raw);
        Ok(())
    }
}
