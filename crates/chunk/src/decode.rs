use model::{Batch, Columns};

use crate::{Codec, FormatError, Section};

/// One section and its bytes as they stand in the chunk.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    pub section: Section,
    pub bytes: &'a [u8],
}

/// What a reader wants of a block.
#[derive(Clone, Copy, Debug)]
pub struct Want<'a> {
    pub columns: Columns,
    /// With `columns.auto`: the auto fields to read; None: all of them.
    pub auto_fields: Option<&'a [&'a str]>,
}

/// Reads a block of `count` entries from the sections that [`Column::is_needed`] names.
pub fn decode_block(
    count: u32,
    sections: &[Packed<'_>],
    want: Want<'_>,
    codec: &mut dyn Codec,
) -> Result<Batch, FormatError> {
    let _ = (count, sections, want, codec);
    Err(FormatError::Missing { column: "all" })
}
