use chunk::{Decompress, FormatError, Tail, Want, decode_block, read_meta};
use model::{Batch, Columns};

use crate::Piece;

/// The blocks of a chunk that the index names, or all of a head, by their place in it.
pub fn unpacked(
    bytes: &[u8],
    piece: Piece<'_>,
    columns: Columns,
    codec: &mut dyn Decompress,
) -> Result<Vec<(usize, Batch)>, FormatError> {
    let found = bytes.len() as u64;
    let Tail::Meta(meta) = read_meta(bytes, found)? else {
        return Err(FormatError::Truncated { what: "chunk", needed: found + 1, found });
    };
    let is_named = |at: usize| match piece {
        Piece::Chunk(chunk) => chunk.blocks.iter().any(|block| block.index as usize == at),
        Piece::Head(_) => true,
    };
    let blocks = meta.blocks.iter().enumerate().filter(|(at, _)| is_named(*at));
    let read = blocks.map(|(at, block)| {
        let sections = block.sections.iter().map(|section| section.of(bytes));
        let sections = sections.collect::<Result<Vec<_>, _>>()?;
        let want = Want { columns, auto_fields: None };
        Ok((at, decode_block(block.count, &sections, want, codec)?))
    });
    read.collect()
}
