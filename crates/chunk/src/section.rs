use crate::limits::SECTION_BYTES;
use crate::{Column, Compress, Decompress, EncodeError, FormatError, Section};

/// One section and its bytes as they stand in the chunk.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    pub section: Section,
    pub bytes: &'a [u8],
}

impl Section {
    /// The section's bytes, where the whole chunk is at hand.
    pub fn of<'a>(&self, chunk: &'a [u8]) -> Result<Packed<'a>, FormatError> {
        let found = chunk.len() as u64;
        let needed = self.offset.saturating_add(u64::from(self.len));
        let start = usize::try_from(self.offset).ok();
        start
            .and_then(|start| chunk.get(start..start.checked_add(self.len as usize)?))
            .map(|bytes| Packed { section: *self, bytes })
            .ok_or(FormatError::Truncated { what: "chunk", needed, found })
    }
}

impl Packed<'_> {
    /// Checks and unpacks the section.
    pub fn unpack(&self, codec: &mut dyn Decompress) -> Result<Vec<u8>, FormatError> {
        let what = Column::from_number(self.section.column).map_or("unknown column", Column::name);
        let Section { len, raw, checksum, .. } = self.section;
        if self.bytes.len() != len as usize {
            let (needed, found) = (u64::from(len), self.bytes.len() as u64);
            return Err(FormatError::Truncated { what, needed, found });
        }
        if raw as usize > SECTION_BYTES {
            let (claimed, limit) = (u64::from(raw), SECTION_BYTES as u64);
            return Err(FormatError::Limit { what, claimed, limit });
        }
        let found = crc32fast::hash(self.bytes);
        if found != checksum {
            return Err(FormatError::Checksum { what, found, expected: checksum });
        }
        if len == raw {
            return Ok(self.bytes.to_vec());
        }
        let mut out = Vec::new();
        codec
            .decompress(self.bytes, raw as usize, &mut out)
            .map_err(|source| FormatError::Codec { what, source })?;
        if out.len() == raw as usize {
            Ok(out)
        } else {
            Err(FormatError::Malformed { what, problem: "its unpacked length is another" })
        }
    }
}

/// Packs `raw` to the end of `out`.
pub(crate) fn pack(
    column: Column,
    raw: &[u8],
    out: &mut Vec<u8>,
    codec: &mut dyn Compress,
) -> Result<Section, EncodeError> {
    let what = column.name();
    if raw.len() > SECTION_BYTES {
        let (size, limit) = (raw.len() as u64, SECTION_BYTES as u64);
        return Err(EncodeError::TooLarge { what, size, limit });
    }
    let packed = codec.compress(raw).map_err(|source| EncodeError::Codec { what, source })?;
    let bytes = if packed.len() < raw.len() { &packed } else { raw };
    let offset = out.len() as u64;
    out.extend_from_slice(bytes);
    Ok(Section {
        column: column.number(),
        offset,
        len: bytes.len() as u32,
        raw: raw.len() as u32,
        checksum: crc32fast::hash(bytes),
    })
}
