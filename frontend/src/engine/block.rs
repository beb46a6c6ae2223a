//! Blocks, as the index and a head's own footer describe them alike.

use std::rc::Rc;

use chunk::{BlockMeta, Column, FormatError, Packed, Section};
use model::{Columns, TimeRange, Timestamp};
use protocol::index::{BlockRef, SectionRef};

use super::cache::{BlockKey, Needs};
use super::message::Gap;
use super::partition;
use super::ranges::Arrived;
use super::wire::Piece;

/// A block as both the index and a head's own footer describe it.
#[derive(Clone, Debug)]
pub struct Block {
    pub index: u32,
    pub count: u32,
    pub first: i64,
    pub last: i64,
    /// Which columns the sections are of: an index names those it was asked for.
    described: Columns,
    sections: Vec<Section>,
}

impl Block {
    /// What to read so that it serves this reader and `kept`, those before, as far as this block
    /// knows where their columns are.
    pub fn needs_with(&self, needs: &Needs, kept: Option<&Needs>) -> Needs {
        match kept.filter(|kept| self.described.contains(kept.columns)) {
            Some(kept) => kept.union(needs),
            None => needs.clone(),
        }
    }
}

/// Names the block in the cache.
pub fn key(chunk: &Rc<str>, block: &Block) -> BlockKey {
    BlockKey { chunk: Rc::clone(chunk), block: block.index, text: Rc::default() }
}

/// The sections that a reader of these columns must have.
pub fn needed<'a>(block: &'a Block, needs: &Needs) -> impl Iterator<Item = &'a Section> {
    let columns = needs.columns;
    block.sections.iter().filter(move |section| {
        Column::from_number(section.column).is_some_and(|column| column.is_needed(columns))
    })
}

/// Those sections with their bytes, if all have arrived.
pub fn sections<'a>(arrived: &'a Arrived, block: &Block, needs: &Needs) -> Option<Vec<Packed<'a>>> {
    needed(block, needs)
        .map(|s| Some(Packed { section: *s, bytes: arrived.get(s.offset, s.len)? }))
        .collect()
}

/// As the index tells it that was asked for these columns.
pub fn block_of_index(block: &BlockRef, described: Columns) -> Block {
    let section = |s: &SectionRef| Section {
        column: s.column,
        offset: s.offset,
        len: s.len,
        raw: s.raw,
        checksum: s.checksum,
    };
    Block {
        index: block.index,
        count: block.count,
        first: block.first.0,
        last: block.last.0,
        described,
        sections: block.sections.iter().map(section).collect(),
    }
}

/// The other way round: as an index that is asked for these columns tells it.
pub fn block_ref(index: u32, block: &BlockMeta, asked: Columns) -> BlockRef {
    let is_asked = |section: &&Section| {
        Column::from_number(section.column).is_some_and(|column| column.is_needed(asked))
    };
    let section = |s: &Section| SectionRef {
        column: s.column,
        offset: s.offset,
        len: s.len,
        raw: s.raw,
        checksum: s.checksum,
    };
    BlockRef {
        index,
        count: block.count,
        first: Timestamp(block.first),
        last: Timestamp(block.last),
        raw: block.raw_bytes,
        sections: block.sections.iter().filter(is_asked).map(section).collect(),
    }
}

/// A head comes as a whole chunk and describes itself.
pub fn blocks_of_head(bytes: &[u8]) -> Result<Rc<[Block]>, FormatError> {
    match chunk::read_meta(bytes, bytes.len() as u64)? {
        chunk::Tail::Meta(meta) => {
            let block = |(index, block): (u32, &BlockMeta)| Block {
                index,
                count: block.count,
                first: block.first,
                last: block.last,
                described: Columns::ALL,
                sections: block.sections.clone(),
            };
            Ok((0..).zip(&meta.blocks).map(block).collect())
        }
        chunk::Tail::More { bytes: needed } => Err(FormatError::Truncated {
            what: "head",
            needed: needed as u64,
            found: bytes.len() as u64,
        }),
    }
}

/// The gap that a piece leaves which could not be read at all.
pub fn unread(piece: &Piece, reason: String) -> Gap {
    let range = TimeRange::new(partition::first(piece), partition::last(piece).saturating_add(1));
    Gap::Unread {
        chunk: partition::name(piece).to_owned(),
        range,
        entries: partition::num_entries(piece),
        reason,
    }
}

/// The gap that one block leaves.
pub fn unread_block(piece: &Piece, block: &Block, reason: String) -> Gap {
    Gap::Unread {
        chunk: partition::name(piece).to_owned(),
        range: TimeRange::new(block.first, block.last.saturating_add(1)),
        entries: u64::from(block.count),
        reason,
    }
}
