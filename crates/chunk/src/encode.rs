use std::borrow::Cow;
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
use crate::{
    BlockMeta, ChunkId, ChunkMeta, Column, Compress, EncodeError, Section, VERSION, merge, rows,
};

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
    codec: &mut dyn Compress,
) -> Result<Encoded, EncodeError> {
    let mut encoder = Encoder::new(labels.clone(), options)?;
    let lines = check(batch)?;
    for rows in blocks(batch, lines, encoder.block_bytes)? {
        encoder.write_block(batch, lines, rows, codec)?;
    }
    encoder.close()
}

/// Columns in the order they stand in a chunk.
const GROUPS: [&[Column]; 4] = [
    &[Column::Times, Column::Arrivals, Column::Lengths],
    &[Column::Lines, Column::Metadata, Column::Auto],
    &[Column::Signature],
    &[Column::Places],
];

/// Writes the same chunk as [`encode`] from batches that follow each other, so that no more than
/// a block of its entries need be in memory at once, beside what is packed.
#[derive(Debug)]
pub struct Encoder {
    labels: Labels,
    block_bytes: usize,
    blocks: Vec<BlockMeta>,
    /// The packed sections of each of the [`GROUPS`]; offsets count from the start of a group.
    groups: [Vec<u8>; GROUPS.len()],
    /// Entries that are in no block yet.
    rest: Batch,
}

impl Encoder {
    pub fn new(labels: Labels, options: Options) -> Result<Self, EncodeError> {
        if labels.len() > LABELS {
            let (size, limit) = (labels.len() as u64, LABELS as u64);
            return Err(EncodeError::TooLarge { what: "number of labels", size, limit });
        }
        Ok(Self {
            labels,
            block_bytes: options.block_bytes.clamp(64 << 10, 4 << 20),
            blocks: Vec::new(),
            groups: Default::default(),
            rest: Batch::default(),
        })
    }

    /// Takes further entries; none of them is before one that was taken already.
    pub fn push(&mut self, batch: Batch, codec: &mut dyn Compress) -> Result<(), EncodeError> {
        check(&batch)?;
        let rest = std::mem::take(&mut self.rest);
        let is_before = |(before, after)| before > after;
        if rest.timestamps.last().zip(batch.timestamps.first()).is_some_and(is_before) {
            return Err(EncodeError::Order { row: 0 });
        }
        let batch = if rest.is_empty() { batch } else { merge(&[rest, batch]) };
        let lines = check(&batch)?;
        let mut ranges = blocks(&batch, lines, self.block_bytes)?;
        let last = ranges.pop().unwrap_or_default();
        for rows in ranges {
            self.write_block(&batch, lines, rows, codec)?;
        }
        self.rest = rows(&batch, last);
        Ok(())
    }

    /// Writes what is left and closes the chunk.
    pub fn finish(mut self, codec: &mut dyn Compress) -> Result<Encoded, EncodeError> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            let lines = check(&rest)?;
            self.write_block(&rest, lines, 0..rest.len(), codec)?;
        }
        self.close()
    }

    fn write_block(
        &mut self,
        batch: &Batch,
        lines: &Lines,
        rows: Range<usize>,
        codec: &mut dyn Compress,
    ) -> Result<(), EncodeError> {
        let mut meta = block_meta(batch, lines, rows.clone());
        for (columns, out) in GROUPS.iter().zip(&mut self.groups) {
            for column in *columns {
                let raw = write_column(*column, batch, lines, rows.clone());
                if !raw.is_empty() {
                    meta.sections.push(pack(*column, &raw, out, codec)?);
                }
            }
        }
        self.blocks.push(meta);
        Ok(())
    }

    fn close(mut self) -> Result<Encoded, EncodeError> {
        if self.blocks.is_empty() {
            return Err(EncodeError::Empty);
        }
        let mut out = [MAGIC.as_bytes(), &[VERSION]].concat();
        let len: usize = self.groups.iter().map(Vec::len).sum();
        // The footer is larger than this only where there are very many labels or blocks.
        out.reserve_exact(len + 512 + 256 * self.blocks.len());
        for (columns, group) in GROUPS.iter().zip(&mut self.groups) {
            let start = out.len() as u64;
            let sections = self.blocks.iter_mut().flat_map(|block| &mut block.sections);
            let is_here = |section: &&mut Section| {
                Column::from_number(section.column).is_some_and(|c| columns.contains(&c))
            };
            sections.filter(is_here).for_each(|section| section.offset += start);
            out.append(&mut std::mem::take(group));
        }
        let meta = ChunkMeta { version: VERSION, labels: self.labels, blocks: self.blocks };
        write_footer(&mut out, &meta)?;
        Ok(Encoded { id: ChunkId::of(&out), bytes: out, meta })
    }
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
fn write_column<'a>(
    column: Column,
    batch: &Batch,
    lines: &'a Lines,
    rows: Range<usize>,
) -> Cow<'a, [u8]> {
    let narrow = || rows.start as u32..rows.end as u32;
    let raw = match column {
        Column::Times => write_times(batch.timestamps.get(rows).unwrap_or_default()),
        // Read only.
        Column::Timestamps => Vec::new(),
        Column::Arrivals => write_arrivals(batch.arrivals.get(rows).unwrap_or_default()),
        Column::Lengths => write_lengths(rows.map(|row| lines.get(row).len())),
        Column::Lines => {
            let bytes = lines.start(rows.start)..lines.start(rows.end);
            return Cow::Borrowed(lines.bytes.get(bytes).unwrap_or_default());
        }
        Column::Metadata => write_fields(&batch.metadata, narrow(), LineText::Ignore),
        Column::Auto => write_fields(&batch.auto, narrow(), LineText::Refer(lines)),
        Column::Signature => write_signature(lines, rows),
        Column::Places => write_places(&batch.places, rows, |row| lines.get(row).len()),
    };
    Cow::Owned(raw)
}
