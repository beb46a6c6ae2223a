use chunk::{CodecError, Compress, Decompress};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

/// What a compressor looks back to and how large its tables are, as powers of two: those of blocks
/// of 2 MiB. For what is a little larger the high levels would take tables of 64 MiB, which pack
/// less than a hundredth better.
const WINDOW: u32 = 21;
/// From here on tables are that large by themselves.
const HIGH_LEVEL: i32 = 10;

/// C zstd with contexts that are allocated once and only when they are needed: a compressor takes
/// megabytes.
pub(crate) struct Zstd {
    level: i32,
    compressor: Option<Compressor<'static>>,
    /// What a frame is written to before it is known how long it is: new memory of that size each
    /// time costs more than copying the frame.
    room: Vec<u8>,
    decompressor: Option<Decompressor<'static>>,
}

impl Zstd {
    pub(crate) const fn new(level: i32) -> Self {
        Self { level, compressor: None, room: Vec::new(), decompressor: None }
    }

    /// Packs `raw` as one frame into `packed`, in place of what was there.
    pub(crate) fn compress_into(
        &mut self,
        raw: &[u8],
        packed: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            None => {
                let mut compressor = Compressor::new(self.level).map_err(CodecError::new)?;
                if self.level >= HIGH_LEVEL {
                    for parameter in [
                        CParameter::WindowLog(WINDOW),
                        CParameter::HashLog(WINDOW),
                        CParameter::ChainLog(WINDOW),
                    ] {
                        compressor.set_parameter(parameter).map_err(CodecError::new)?;
                    }
                }
                self.compressor.insert(compressor)
            }
        };
        packed.clear();
        packed.reserve(zstd::zstd_safe::compress_bound(raw.len()));
        compressor.compress_to_buffer(raw, packed).map_err(CodecError::new)?;
        Ok(())
    }
}

impl std::fmt::Debug for Zstd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zstd").field("level", &self.level).finish_non_exhaustive()
    }
}

impl Compress for Zstd {
    fn compress(&mut self, raw: &[u8]) -> Result<Vec<u8>, CodecError> {
        let mut room = std::mem::take(&mut self.room);
        self.compress_into(raw, &mut room)?;
        let packed = room.as_slice().to_vec();
        self.room = room;
        Ok(packed)
    }
}

impl Decompress for Zstd {
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
