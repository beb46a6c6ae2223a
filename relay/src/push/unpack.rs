use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::limits::MAX_TEXT_BYTES;
use super::{PushError, labels};

/// The window that HTTP allows for zstd, as a power of two: memory that a decoder may ask for.
const ZSTD_WINDOW_LOG: u32 = 23;

/// The body without its content encoding. Snappy is done by some who do not say it, and said by
/// some who do not do it: what is no snappy stays, and the format finds out what is not said.
pub fn unpack(encoding: &str, body: Bytes) -> Result<Bytes, PushError> {
    match encoding {
        "" | "identity" if body.len() > MAX_TEXT_BYTES => Err(too_large()),
        "" | "identity" => Ok(body),
        "snappy" | "x-snappy-framed" => match snappy(&body) {
            Err(PushError::Malformed { .. }) if body.len() <= MAX_TEXT_BYTES => Ok(body),
            unpacked => unpacked,
        },
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

/// How snappy with frames starts.
const FRAMES: &[u8] = b"\xff\x06\x00\x00sNaPpY";

/// What a snappy block holds. Clients mean a bare block, seldom one in frames.
pub(super) fn snappy(body: &[u8]) -> Result<Bytes, PushError> {
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
