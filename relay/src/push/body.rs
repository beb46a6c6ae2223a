use bytes::Bytes;

use super::unpack::snappy;
use super::{Intake, PushError, Refused, Streams, loki_json, loki_proto};

/// What a body is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Protobuf,
}

impl Format {
    /// By the content type, of which parameters such as a charset do not count. Where there is
    /// none that says it, the unpacked body does: clients send `text/plain`, form types or nothing.
    pub fn of(content_type: &str, body: &[u8]) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" | "text/json" => Self::Json,
            "application/x-protobuf" | "application/protobuf" | "application/octet-stream" => {
                Self::Protobuf
            }
            _ if is_object(body) => Self::Json,
            _ => Self::Protobuf,
        }
    }
}

/// 0x7b is also how a snappy block of 123 bytes starts; that one does not end so.
fn is_object(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    body.starts_with(b"{") && body.ends_with(b"}") && std::str::from_utf8(body).is_ok()
}

/// The entries of a push to Loki's API.
pub fn loki(content_type: &str, body: &[u8]) -> Result<(Streams, Refused), PushError> {
    let mut intake = Intake::default();
    match Format::of(content_type, body) {
        Format::Json => loki_json::read(body, &mut intake)?,
        Format::Protobuf => loki_proto::read(&message(body)?, &mut intake)?,
    }
    Ok(intake.finish())
}

/// Loki's clients pack protobuf with snappy, whether they say so or not. Plain messages are told
/// apart by being no snappy block.
fn message(body: &[u8]) -> Result<Bytes, PushError> {
    if body.is_empty() {
        return Err(PushError::malformed("the body is empty, expected protobuf or JSON"));
    }
    match snappy(body) {
        Ok(message) => Ok(message),
        Err(error @ PushError::TooLarge { .. }) => Err(error),
        Err(error) => {
            // A plain message starts with its first stream.
            if body.first() == Some(&0x0a) { Ok(Bytes::copy_from_slice(body)) } else { Err(error) }
        }
    }
}
