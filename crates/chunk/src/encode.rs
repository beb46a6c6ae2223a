use std::ops::Range;

use model::{Batch, Labels, Lines};

use crate::cut::blocks;
use crate::fields::{LineText, write_fields};
use crate::footer::{MAGIC, write_footer};
use crate::limits::LABELS;
use crate::numbers::{write_arrivals, write_lengths, write_times};
use crate::places::write_places;
use crate::section::pack;
use crate::signature::write_signature;
use crate::{BlockMeta, ChunkId, ChunkMeta, Codec, Column, EncodeError, VERSION};

/// How a chunk is cut into blocks.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Ends a block at this many bytes of lines. Larger packs better and makes the index and the
    /// signatures smaller, smaller lets a reader of few lines read less. Clamped to
    /// 64 KiB..=4 MiB.
    ///
    /// 1 MiB by default. Measured on 20 MB of a voice service's logs with zstd 3, all columns
    /// included: 256 KiB packs 5.6 times and has signatures of 1.8% of the lines, 1 MiB packs 6.2
    /// times and has signatures of 0.9%; lines are unpacked at the same speed, so that the first
    /// block of a query takes about 4 ms in place of 1 ms, and the index is a quarter as long.
    pub block_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { block_bytes: 1 << 20 }
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
///
/// The columns that answer metric queries come first, for all blocks together, then lines and
/// fields block by block, then the signatures: a reader of timestamps fetches one range of the
/// chunk, a reader of one block two, and the browser never fetches signatures. Places come last: they are read of one entry at a time.
pub fn encode(
    labels: &Labels,
    batch: &Batch,
    options: Options,
    codec: &mut dyn Codec,
) -> Result<Encoded, EncodeError> {
    let lines = check(batch)?;
    if labels.len() > LABELS {
        let (size, limit) = (labels.len() as u64, LABELS as u64);
        return Err(EncodeError::TooLarge { what: "number of labels", size, limit });
    }
    let ranges = blocks(batch, lines, options.block_bytes.clamp(64 << 10, 4 << 20))?;
    let mut metas: Vec<BlockMeta> =
        ranges.iter().map(|rows| block_meta(batch, lines, rows.clone())).collect();

    let mut out = [MAGIC.as_bytes(), &[VERSION]].concat();
    let groups: [&[Column]; 4] = [
        &[Column::Times, Column::Arrivals, Column::Lengths],
        &[Column::Lines, Column::Metadata, Column::Auto],
        &[Column::Signature],
        &[Column::Places],
    ];
    for group in groups {
        for (meta, rows) in metas.iter_mut().zip(&ranges) {
            for column in group {
                let raw = write_column(*column, batch, lines, rows.clone());
                if !raw.is_empty() {
                    meta.sections.push(pack(*column, &raw, &mut out, codec)?);
                }
            }
        }
    }
    let meta = ChunkMeta { version: VERSION, labels: labels.clone(), blocks: metas };
    write_footer(&mut out, &meta)?;
    Ok(Encoded { id: ChunkId::of(&out), bytes: out, meta })
}

/// All columns are there, as long as each other and in order.
fn check(batch: &Batch) -> Result<&Lines, EncodeError> {
    let expected = batch.len();
    if expected == 0 {
        return Err(EncodeError::Empty);
    }
    let missing =
        |column: Column, found| EncodeError::Rows { column: column.name(), found, expected };
    if batch.arrivals.len() != expected {
        return Err(missing(Column::Arrivals, batch.arrivals.len()));
    }
    let lines = batch.lines.as_ref().ok_or_else(|| missing(Column::Lines, 0))?;
    if lines.len() != expected {
        return Err(missing(Column::Lines, lines.len()));
    }
    for (column, fields) in [(Column::Metadata, &batch.metadata), (Column::Auto, &batch.auto)] {
        let rows = fields.columns().iter().filter_map(|c| c.rows.last()).max();
        if let Some(row) = rows.filter(|row| **row as usize >= expected) {
            return Err(missing(column, *row as usize + 1));
        }
    }
    if batch.places.rows() > expected {
        return Err(missing(Column::Places, batch.places.rows()));
    }
    let keys = || batch.timestamps.iter().zip(&batch.arrivals);
    match keys().zip(keys().skip(1)).position(|(before, after)| before > after) {
        Some(before) => Err(EncodeError::Order { row: before + 1 }),
        None => Ok(lines),
    }
}

fn block_meta(batch: &Batch, lines: &Lines, rows: Range<usize>) -> BlockMeta {
    let timestamps = batch.timestamps.get(rows.clone()).unwrap_or_default();
    let arrivals = batch.arrivals.get(rows.clone()).unwrap_or_default();
    BlockMeta {
        count: rows.len() as u32,
        first: timestamps.first().copied().unwrap_or_default(),
        last: timestamps.last().copied().unwrap_or_default(),
        first_arrival: arrivals.iter().min().copied().unwrap_or_default(),
        last_arrival: arrivals.iter().max().copied().unwrap_or_default(),
        raw_bytes: (lines.start(rows.end) - lines.start(rows.start)) as u64,
        sections: Vec::new(),
    }
}

/// The column before packing; empty when the block has nothing for it.
fn write_column(column: Column, batch: &Batch, lines: &Lines, rows: Range<usize>) -> Vec<u8> {
    let narrow = || rows.start as u32..rows.end as u32;
    match column {
        Column::Times => write_times(batch.timestamps.get(rows).unwrap_or_default()),
        // Read only.
        Column::Timestamps => Vec::new(),
        Column::Arrivals => write_arrivals(batch.arrivals.get(rows).unwrap_or_default()),
        Column::Lengths => write_lengths(rows.map(|row| lines.get(row).len())),
        Column::Lines => {
            let bytes = lines.start(rows.start)..lines.start(rows.end);
            lines.bytes.get(bytes).unwrap_or_default().to_vec()
        }
        Column::Metadata => write_fields(&batch.metadata, narrow(), LineText::Ignore),
        Column::Auto => write_fields(&batch.auto, narrow(), LineText::Refer(lines)),
        Column::Signature => write_signature(lines, rows),
        Column::Places => write_places(&batch.places, rows, |row| lines.get(row).len()),
    }
}
