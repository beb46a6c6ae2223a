use std::ops::Range;

use model::{Batch, Fields, Lines};

use crate::limits::{BLOCK_ENTRIES, BLOCK_VALUES, SECTION_BYTES};
use crate::{Column, EncodeError};

/// Bytes of field values that end a block. Values that stand in their lines never come near it.
const FIELD_BYTES: usize = SECTION_BYTES / 4;

/// Field values that end a block: room for one more entry of many below what a reader accepts.
const FIELD_VALUES: usize = BLOCK_VALUES / 2;

/// Cuts `batch` into blocks of at least `block_bytes` bytes of lines each, the last excepted, or
/// less where a reader would refuse so many entries or fields.
pub(crate) fn blocks(
    batch: &Batch,
    lines: &Lines,
    block_bytes: usize,
) -> Result<Vec<Range<usize>>, EncodeError> {
    let columns = [Column::Metadata, Column::Auto];
    let weights = [&batch.metadata, &batch.auto].map(|fields| weights(fields, batch.len()));
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut fields = [Weight::default(); 2];
    for row in 0..batch.len() {
        for ((sum, weights), column) in fields.iter_mut().zip(&weights).zip(columns) {
            let weight = weights.get(row).copied().unwrap_or_default();
            sum.bytes += weight.bytes;
            sum.values += weight.values;
            for (size, limit) in [(sum.bytes, SECTION_BYTES), (sum.values, BLOCK_VALUES)] {
                if size > limit {
                    let (size, limit) = (size as u64, limit as u64);
                    return Err(EncodeError::TooLarge { what: column.name(), size, limit });
                }
            }
        }
        let end = row + 1;
        let num_bytes = lines.start(end) - lines.start(start);
        let full = num_bytes >= block_bytes
            || end - start >= BLOCK_ENTRIES
            || fields.iter().any(|f| f.bytes >= FIELD_BYTES || f.values >= FIELD_VALUES);
        if full || end == batch.len() {
            ranges.push(start..end);
            start = end;
            fields = [Weight::default(); 2];
        }
    }
    Ok(ranges)
}

/// What the fields of one entry weigh.
#[derive(Clone, Copy, Default)]
struct Weight {
    bytes: usize,
    values: usize,
}

fn weights(fields: &Fields, num_rows: usize) -> Vec<Weight> {
    let mut weights = vec![Weight::default(); num_rows];
    for column in fields.columns() {
        for (at, row) in column.rows.iter().enumerate() {
            if let Some(weight) = weights.get_mut(*row as usize) {
                weight.bytes += column.value(at).len();
                weight.values += 1;
            }
        }
    }
    weights
}
