use crate::push::Format;
use crate::push::wire::{put_bytes, put_number};

/// The body of a success: empty, or what was refused of it.
pub fn partial_success(format: Format, refused: u64, message: &str) -> Vec<u8> {
    match format {
        Format::Json if refused == 0 => b"{}".to_vec(),
        Format::Json => {
            let partial = serde_json::json!({
                "partialSuccess": {
                    "rejectedLogRecords": refused.to_string(),
                    "errorMessage": message,
                }
            });
            partial.to_string().into_bytes()
        }
        Format::Protobuf if refused == 0 => Vec::new(),
        Format::Protobuf => {
            let mut partial = Vec::new();
            put_number(&mut partial, 1, refused);
            put_bytes(&mut partial, 2, message.as_bytes());
            let mut body = Vec::new();
            put_bytes(&mut body, 1, &partial);
            body
        }
    }
}

/// The body of a failure, a `google.rpc.Status` with the code that belongs to the HTTP status.
pub fn status(format: Format, http_status: u16, message: &str) -> Vec<u8> {
    let code: u8 = match http_status {
        400 | 413 | 415 => 3,
        401 => 16,
        403 => 7,
        429 => 8,
        503 => 14,
        _ => 13,
    };
    match format {
        Format::Json => {
            serde_json::json!({ "code": code, "message": message }).to_string().into_bytes()
        }
        Format::Protobuf => {
            let mut body = Vec::new();
            put_number(&mut body, 1, code.into());
            put_bytes(&mut body, 2, message.as_bytes());
            body
        }
    }
}
