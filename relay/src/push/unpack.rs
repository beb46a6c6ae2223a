use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::limits::MAX_TEXT_BYTES;
use super::{PushError, labels};

/// The window that HTTP allows for zstd, as a power of two: memory that a decoder may ask for.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The body without its content encoding. Snappy stays: whether it is a block, and of what, is
/// known only with the format.
pub fn unpack(encoding: &str, body: Bytes) -> Result<Bytes, PushError> {
    match encoding {
        encoding if matches!(encoding, "" | "identity") || is_snappy(encoding) => {
            if body.len() > MAX_TEXT_BYTES { Err(too_large()) } else { Ok(body) }
        }
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(&body[..]), encoding),
        // HTTP means zlib by it, Loki's own clients send it bare.
        "deflate" if is_zlib(&body) => read(ZlibDecoder::new(&body[..]), encoding),
        "deflate" => read(DeflateDecoder::new(&body[..]), encoding),
        "zstd" => {
            let decoder = zstd::Decoder::with_buffer(&body[..]).and_then(|mut decoder| {
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Ok(decoder)
            });
            read(decoder.map_err(|error| invalid(encoding, &error))?, encoding)
        }
        _ => Err(PushError::Unsupported {
            message: format!(
                "content encoding {:?} is not taken here, expected gzip, deflate, snappy, zstd or \
                 none",
                labels::shown(encoding)
            ),
        }),
    }
}

/// Whether the encoding is snappy, which is unpacked with the format in mind.
pub fn is_snappy(encoding: &str) -> bool {
    matches!(encoding, "snappy" | "x-snappy-framed")
}

/// How snappy with frames starts.
const FRAMES: &[u8] = b"\xff\x06\x00\x00sNaPpY";

/// What a snappy block holds. Clients mean a bare block, seldom one in frames.
pub fn snappy(body: &[u8]) -> Result<Bytes, PushError> {
    if body.starts_with(FRAMES) {
        return read(snap::read::FrameDecoder::new(body), "snappy");
    }
    let invalid = |error: snap::Error| invalid("snappy", &error);
    let len = snap::raw::decompress_len(body).map_err(invalid)?;
    if len > MAX_TEXT_BYTES {
        return Err(too_large());
    }
    snap::raw::Decoder::new().decompress_vec(body).map(Bytes::from).map_err(invalid)
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [a, b, ..] if a & 0x0f == 8 && u16::from_be_bytes([*a, *b]).is_multiple_of(31))
}

fn read(packed: impl Read, encoding: &str) -> Result<Bytes, PushError> {
    let mut text = Vec::new();
    let mut packed = packed.take(MAX_TEXT_BYTES as u64 + 1);
    packed.read_to_end(&mut text).map_err(|error| invalid(encoding, &error))?;
    if text.len() > MAX_TEXT_BYTES { Err(too_large()) } else { Ok(text.into()) }
}

fn invalid(encoding: &str, error: &dyn std::error::Error) -> PushError {
    PushError::malformed(format!("the body is not valid {encoding}: {error}"))
}

const fn too_large() -> PushError {
    PushError::TooLarge { what: "unpacked it", limit_bytes: MAX_TEXT_BYTES }
}
