use std::io::{self, Read};

use super::Record;

/// A segment starts with this; the last byte is the version. 2: entries know where they stand in
/// their files.
pub(super) const MAGIC: &[u8; 8] = b"logpane\x02";

/// No record is larger: a piece of a file is below 1 MiB, a head below some MiB, a push below
/// what HTTP lets through. A length above it is damage, and must not be allocated.
const MAX_PAYLOAD: u32 = 256 << 20;

const HEADER_BYTES: usize = 8;

/// A record as it stands in the journal, in the buffer's memory.
///
/// | bytes | what |
/// |---|---|
/// | 4 | length of the payload, little endian |
/// | 4 | CRC-32 of the payload |
/// | … | payload: a record in postcard |
pub(super) fn frame(record: &Record, mut buffer: Vec<u8>) -> io::Result<Vec<u8>> {
    buffer.clear();
    // Room for length and checksum, which come last.
    buffer.resize(HEADER_BYTES, 0);
    let mut buffer = postcard::to_extend(record, buffer).map_err(io::Error::other)?;
    let too_large = || io::Error::new(io::ErrorKind::InvalidInput, "record too large");
    let (header, payload) = buffer.split_at_mut_checked(HEADER_BYTES).ok_or_else(too_large)?;
    let len = u32::try_from(payload.len()).ok().filter(|len| *len <= MAX_PAYLOAD);
    let len = len.ok_or_else(too_large)?.to_le_bytes();
    let checksum = crc32fast::hash(payload).to_le_bytes();
    header.iter_mut().zip(len.iter().chain(&checksum)).for_each(|(to, from)| *to = *from);
    Ok(buffer)
}

/// What came next in a segment.
#[derive(Debug)]
pub(super) enum Frame {
    Payload(Vec<u8>),
    End,
    /// The rest is no frame: a write that was cut short, or damage.
    Torn {
        reason: &'static str,
        /// It merely ends too early.
        is_cut: bool,
    },
}

const fn torn(reason: &'static str, is_cut: bool) -> Frame {
    Frame::Torn { reason, is_cut }
}

/// Bytes that a frame takes in all.
pub(super) fn frame_len(payload: usize) -> u64 {
    (payload + HEADER_BYTES) as u64
}

pub(super) fn read_frame(input: &mut impl Read) -> io::Result<Frame> {
    let mut header = [0; 8];
    match read_full(input, &mut header)? {
        0 => return Ok(Frame::End),
        8 => {}
        _ => return Ok(torn("the last record has no whole header", true)),
    }
    let [a, b, c, d, e, f, g, h] = header;
    let len = u32::from_le_bytes([a, b, c, d]);
    if len > MAX_PAYLOAD {
        return Ok(torn("a record has an impossible length", false));
    }
    let mut payload = vec![];
    let read = input.take(u64::from(len)).read_to_end(&mut payload)?;
    if read < len as usize {
        return Ok(torn("the last record is not whole", true));
    }
    if crc32fast::hash(&payload) != u32::from_le_bytes([e, f, g, h]) {
        return Ok(torn("the checksum of a record is wrong", false));
    }
    Ok(Frame::Payload(payload))
}

fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
