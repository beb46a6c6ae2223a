//! What the tests share: the relay's codec and reading a chunk from its bytes alone.

use chunk::{
    CodecError, Column, Compress, Decompress, FormatError, Packed, Tail, Want, decode_block, merge,
    read_meta,
};
use model::{Batch, Columns, Labels};

/// Both directions.
pub trait Codec: Compress + Decompress {}

impl<T: Compress + Decompress> Codec for T {}

/// C zstd, as the relay uses it.
pub struct CZstd;

impl Compress for CZstd {
    fn compress(&mut self, raw: &[u8]) -> Result<Vec<u8>, CodecError> {
        zstd::bulk::compress(raw, 3).map_err(CodecError::new)
    }
}

impl Decompress for CZstd {
    fn decompress(
        &mut self,
        packed: &[u8],
        raw_len: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        out.append(&mut zstd::bulk::decompress(packed, raw_len).map_err(CodecError::new)?);
        Ok(())
    }
}

/// Reads all blocks of a chunk as one batch, from the tail on, fetching only what is needed.
pub fn read(
    bytes: &[u8],
    want: Want<'_>,
    codec: &mut dyn Decompress,
) -> Result<(Labels, Batch), FormatError> {
    let mut tail_bytes = 64;
    let meta = loop {
        let tail = &bytes[bytes.len().saturating_sub(tail_bytes)..];
        match read_meta(tail, bytes.len() as u64)? {
            Tail::Meta(meta) => break meta,
            Tail::More { bytes } => {
                assert!(bytes > tail.len(), "asks for more than it had");
                tail_bytes = bytes;
            }
        }
    };
    let mut batches = Vec::new();
    for block in &meta.blocks {
        let needed = block.sections.iter().filter(|section| {
            Column::from_number(section.column).is_some_and(|c| c.is_needed(want.columns))
        });
        let sections: Vec<Packed<'_>> =
            needed.map(|section| section.of(bytes)).collect::<Result<_, _>>()?;
        batches.push(decode_block(block.count, &sections, want, codec)?);
    }
    Ok((meta.labels, merge(&batches)))
}

pub const ALL: Want<'static> = Want { columns: Columns::ALL, auto_fields: None };
