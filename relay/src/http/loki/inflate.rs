use std::io::Read;

use bytes::Bytes;
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};

use crate::http::ApiError;

/// The body unpacked, if it is not larger than `limit_bytes` then.
pub fn inflate(encoding: &str, body: Bytes, limit_bytes: usize) -> Result<Vec<u8>, ApiError> {
    match encoding {
        "" | "identity" => Ok(body.to_vec()),
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(&body[..]), encoding, limit_bytes),
        "deflate" => read(ZlibDecoder::new(&body[..]), encoding, limit_bytes),
        _ => Err(ApiError::Unsupported {
            message: format!(
                "content encoding {encoding:?} is not taken here, expected gzip, deflate or none"
            ),
        }),
    }
}

fn read(packed: impl Read, encoding: &str, limit_bytes: usize) -> Result<Vec<u8>, ApiError> {
    let mut text = Vec::new();
    packed.take(limit_bytes as u64 + 1).read_to_end(&mut text).map_err(|error| {
        ApiError::bad_request(format!("the body is not valid {encoding}: {error}"))
    })?;
    if text.len() > limit_bytes { Err(ApiError::TooLarge { limit_bytes }) } else { Ok(text) }
}
