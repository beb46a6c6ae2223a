use model::{Batch, Columns, Lines};

use crate::fields::read_fields;
use crate::limits::BLOCK_ENTRIES;
use crate::numbers::{read_arrivals, read_lengths, read_times, read_timestamps};
use crate::places::read_places;
use crate::{Column, Decompress, FormatError, Packed};

/// What a reader wants of a block.
#[derive(Clone, Copy, Debug)]
pub struct Want<'a> {
    pub columns: Columns,
    /// With `columns.auto`: the auto fields to read; None: all of them.
    pub auto_fields: Option<&'a [&'a str]>,
}

/// Reads what is wanted of a block of `count` entries. `sections` are at least those that the
/// block has of the columns that [`Column::is_needed`] names; others are not looked at.
///
/// Needs no footer, so that a browser can read a block by what the index told it.
pub fn decode_block(
    count: u32,
    sections: &[Packed<'_>],
    want: Want<'_>,
    codec: &mut dyn Decompress,
) -> Result<Batch, FormatError> {
    let (claimed, count) = (u64::from(count), count as usize);
    if count > BLOCK_ENTRIES {
        let limit = BLOCK_ENTRIES as u64;
        return Err(FormatError::Limit { what: "entries of a block", claimed, limit });
    }
    let mut unpack = |column: Column| {
        let packed = sections.iter().find(|p| p.section.column == column.number());
        packed.map(|packed| packed.unpack(codec)).transpose()
    };
    let timestamps = match unpack(Column::Times)? {
        Some(bytes) => read_times(&bytes, count)?,
        None => {
            let bytes = unpack(Column::Timestamps)?;
            let missing = FormatError::Missing { column: Column::Times.name() };
            read_timestamps(&bytes.ok_or(missing)?, count)?
        }
    };
    let mut needed =
        |column: Column| unpack(column)?.ok_or(FormatError::Missing { column: column.name() });
    let columns = want.columns;

    let mut batch = Batch { timestamps, ..Batch::default() };
    if columns.arrivals {
        batch.arrivals = read_arrivals(&needed(Column::Arrivals)?, count)?;
    }
    let metadata = if columns.metadata { unpack(Column::Metadata)? } else { None };
    if let Some(bytes) = metadata {
        batch.metadata = read_fields(&bytes, count, None, None, Column::Metadata.name())?;
    }
    let places = if columns.places { unpack(Column::Places)? } else { None };
    let auto = if columns.auto { unpack(Column::Auto)? } else { None };
    let mut needed =
        |column: Column| unpack(column)?.ok_or(FormatError::Missing { column: column.name() });
    let lines = if columns.lines || auto.is_some() {
        let lengths = read_lengths(&needed(Column::Lengths)?, count)?;
        Some(read_lines(needed(Column::Lines)?, &lengths)?)
    } else {
        None
    };
    if let Some(bytes) = auto {
        let what = Column::Auto.name();
        batch.auto = read_fields(&bytes, count, lines.as_ref(), want.auto_fields, what)?;
    }
    if let Some(bytes) = places {
        batch.places = read_places(&bytes, &read_lengths(&needed(Column::Lengths)?, count)?)?;
    }
    if columns.lines {
        batch.lines = lines;
    } else if columns.lengths {
        batch.lengths = read_lengths(&needed(Column::Lengths)?, count)?;
    }
    Ok(batch)
}

/// The column is the buffer that a batch keeps, line feeds included, so nothing is copied.
fn read_lines(bytes: Vec<u8>, lengths: &[u32]) -> Result<Lines, FormatError> {
    let malformed =
        FormatError::Malformed { what: "lines", problem: "they differ from their lengths" };
    let mut ends = Vec::with_capacity(lengths.len());
    let mut start = 0_u32;
    for len in lengths {
        let end = start.checked_add(*len).ok_or_else(|| malformed.clone())?;
        if bytes.get(end as usize) != Some(&b'\n') {
            return Err(malformed);
        }
        ends.push(end);
        // Below the length of a buffer that is below the limit of a section.
        start = end + 1;
    }
    if start as usize == bytes.len() { Ok(Lines { bytes, ends }) } else { Err(malformed) }
}
