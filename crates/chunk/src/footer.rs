//! The frame around the columns.
//!
//! ```text
//! chunk    "LPchunk", version: u8
//!          sections, found by the footer alone
//!          footer
//!          length of the footer: u32, CRC-32 of footer + length + version: u32,
//!          version: u8, "LPchunk"
//! footer   labels: count; each: name, value (texts)
//!          blocks: count; each:
//!            entries, zigzag(first), last - first, first arrival, last arrival - first arrival,
//!            bytes of the lines
//!            sections: count; each: column: u8, offset, length, unpacked length (varints),
//!            CRC-32 of the bytes in the chunk: u32
//! section  a zstd frame; where length = unpacked length, the bytes as they are
//! ```
//!
//! Numbers are varints unless they say u8 or u32 (little endian); a text is its length and its
//! bytes. The columns of a section are described where they are written.

use model::Labels;

use crate::bytes::{Reader, put_bytes, put_varint, unzigzag, zigzag};
use crate::limits::{BLOCK_ENTRIES, FOOTER_BYTES, LABELS, SECTION_BYTES};
use crate::{BlockMeta, ChunkMeta, EncodeError, FormatError, Section};

/// The version that is written; all versions up to it are read.
pub const VERSION: u8 = 1;

/// How much of a chunk's end to read first: enough for the footer of nearly every chunk.
pub const TAIL_BYTES: usize = 8 << 10;

pub(crate) const MAGIC: &str = "LPchunk";
pub(crate) const HEADER_BYTES: usize = MAGIC.len() + 1;
const TRAILER_BYTES: usize = 4 + 4 + 1 + MAGIC.len();

/// What the end of a chunk gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tail {
    Meta(ChunkMeta),
    /// The footer is longer: read this many bytes from the chunk's end and ask again.
    More {
        bytes: usize,
    },
}

/// Reads the footer from the last bytes of a chunk that is `chunk_bytes` long.
pub fn read_meta(tail: &[u8], chunk_bytes: u64) -> Result<Tail, FormatError> {
    let what = "chunk";
    let truncated = |needed: usize| FormatError::Truncated {
        what,
        needed: needed as u64,
        found: chunk_bytes.min(tail.len() as u64),
    };
    let whole = HEADER_BYTES + TRAILER_BYTES;
    if chunk_bytes < whole as u64 {
        return Err(truncated(whole));
    }
    let Some((before, trailer)) =
        tail.len().checked_sub(TRAILER_BYTES).and_then(|at| tail.split_at_checked(at))
    else {
        return Ok(Tail::More { bytes: TRAILER_BYTES });
    };
    let mut reader = Reader::new(trailer, "end of the chunk");
    let footer_len = reader.u32()?;
    let checksum = reader.u32()?;
    let version = reader.u8()?;
    let magic = reader.take(MAGIC.len())?;
    if magic != MAGIC.as_bytes() {
        let found = magic.escape_ascii().to_string();
        return Err(FormatError::Magic { found, expected: MAGIC });
    }
    if version != VERSION {
        return Err(FormatError::Version { found: version, known: VERSION });
    }
    let footer_start = chunk_bytes - TRAILER_BYTES as u64;
    let Some(footer_start) = footer_start.checked_sub(u64::from(footer_len)) else {
        return Err(truncated(footer_len as usize));
    };
    if footer_len as usize > FOOTER_BYTES {
        let (claimed, limit) = (u64::from(footer_len), FOOTER_BYTES as u64);
        return Err(FormatError::Limit { what: "footer", claimed, limit });
    }
    let Some((_, footer)) =
        before.len().checked_sub(footer_len as usize).and_then(|at| before.split_at_checked(at))
    else {
        return Ok(Tail::More { bytes: footer_len as usize + TRAILER_BYTES });
    };
    let found = footer_checksum(footer, version);
    if found != checksum {
        return Err(FormatError::Checksum { what: "the footer", found, expected: checksum });
    }
    read_footer(footer, version, footer_start).map(Tail::Meta)
}

fn footer_checksum(footer: &[u8], version: u8) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(footer);
    hasher.update(&(footer.len() as u32).to_le_bytes());
    hasher.update(&[version]);
    hasher.finalize()
}

fn read_footer(footer: &[u8], version: u8, sections_end: u64) -> Result<ChunkMeta, FormatError> {
    let mut reader = Reader::new(footer, "footer");
    let mut labels = Labels::new();
    for _ in 0..reader.at_most(LABELS, "labels")? {
        let name = reader.text()?;
        labels.set(name, reader.text()?);
    }
    let num_blocks = reader.at_most(footer.len(), "blocks")?;
    if num_blocks == 0 {
        return Err(reader.malformed("there are no blocks"));
    }
    let mut blocks = Vec::new();
    for _ in 0..num_blocks {
        blocks.push(read_block(&mut reader, sections_end)?);
    }
    reader.end()?;
    Ok(ChunkMeta { version, labels, blocks })
}

fn read_block(reader: &mut Reader<'_>, sections_end: u64) -> Result<BlockMeta, FormatError> {
    let count = reader.at_most(BLOCK_ENTRIES, "entries of a block")?;
    if count == 0 {
        return Err(reader.malformed("a block has no entries"));
    }
    let first = unzigzag(reader.varint()?);
    let last = first.checked_add_unsigned(reader.varint()?);
    let first_arrival = reader.varint()?;
    let last_arrival = first_arrival.checked_add(reader.varint()?);
    let (Some(last), Some(last_arrival)) = (last, last_arrival) else {
        return Err(reader.malformed("a block ends beyond 64 bits"));
    };
    let raw_bytes = reader.varint()?;
    let num_sections = reader.at_most(usize::from(u8::MAX), "sections of a block")?;
    let mut sections: Vec<Section> = Vec::new();
    for _ in 0..num_sections {
        let column = reader.u8()?;
        let offset = reader.varint()?;
        let len = reader.at_most(SECTION_BYTES, "bytes of a section")?;
        let raw = reader.at_most(SECTION_BYTES, "unpacked bytes of a section")?;
        let checksum = reader.u32()?;
        let inside = offset.checked_add(len as u64).is_some_and(|end| end <= sections_end);
        if !inside || offset < HEADER_BYTES as u64 {
            return Err(reader.malformed("a section lies outside the chunk"));
        }
        if sections.iter().any(|s| s.column == column) {
            return Err(reader.malformed("a block has a column twice"));
        }
        sections.push(Section { column, offset, len: len as u32, raw: raw as u32, checksum });
    }
    Ok(BlockMeta {
        count: count as u32,
        first,
        last,
        first_arrival,
        last_arrival,
        raw_bytes,
        sections,
    })
}

/// The end of the chunk that `meta` tells of, for [`read_meta`]: what a list of chunks keeps of each.
pub fn write_meta(meta: &ChunkMeta) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    write_footer(&mut out, meta)?;
    Ok(out)
}

/// Closes a chunk: `out` ends with its sections.
pub(crate) fn write_footer(out: &mut Vec<u8>, meta: &ChunkMeta) -> Result<(), EncodeError> {
    let start = out.len();
    put_varint(out, meta.labels.len() as u64);
    for (name, value) in meta.labels.iter() {
        put_bytes(out, name.as_bytes());
        put_bytes(out, value.as_bytes());
    }
    put_varint(out, meta.blocks.len() as u64);
    for block in &meta.blocks {
        put_varint(out, u64::from(block.count));
        put_varint(out, zigzag(block.first));
        put_varint(out, block.last.wrapping_sub(block.first) as u64);
        put_varint(out, block.first_arrival);
        put_varint(out, block.last_arrival - block.first_arrival);
        put_varint(out, block.raw_bytes);
        put_varint(out, block.sections.len() as u64);
        for section in &block.sections {
            out.push(section.column);
            put_varint(out, section.offset);
            put_varint(out, u64::from(section.len));
            put_varint(out, u64::from(section.raw));
            out.extend_from_slice(&section.checksum.to_le_bytes());
        }
    }
    let footer = out.get(start..).unwrap_or_default();
    if footer.len() > FOOTER_BYTES {
        let (size, limit) = (footer.len() as u64, FOOTER_BYTES as u64);
        return Err(EncodeError::TooLarge { what: "footer", size, limit });
    }
    let (len, checksum) = (footer.len() as u32, footer_checksum(footer, meta.version));
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(&checksum.to_le_bytes());
    out.push(meta.version);
    out.extend_from_slice(MAGIC.as_bytes());
    Ok(())
}
