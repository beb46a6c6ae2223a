//! Which library a line comes from, where only its sentence tells: HTTP and event loops fill a log
//! whose root logger is at DEBUG, and this is what to hide them by.

use super::{Flow, Sentences, word};
use crate::Auto;

const HTTPCORE: [&[u8]; 9] = [
    b"connect_tcp.",
    b"start_tls.",
    b"send_request_headers.",
    b"send_request_body.",
    b"receive_response_headers.",
    b"receive_response_body.",
    b"response_closed.",
    b"close.started",
    b"close.complete",
];

pub(super) const SENTENCES: Sentences = Sentences { starts: b"csrlHUSh", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    let starts = |start: &[u8]| message.starts_with(start);
    let library = match message.first() {
        Some(b'c' | b's' | b'r') if HTTPCORE.iter().any(|start| starts(start)) => "httpcore",
        Some(b'l') if starts(b"load_ssl_context ") => "httpx",
        Some(b'l') if starts(b"load_verify_locations ") => "httpx",
        Some(b'H') if starts(b"HTTP Request: ") => "httpx",
        Some(b'U') if starts(b"Using selector: ") => "asyncio",
        Some(b'S') if starts(b"Starting new HTTP") => "urllib3",
        Some(b'h') if response(message, auto).is_some() => "urllib3",
        _ => return Flow::More,
    };
    auto.push("lib", library);
    Flow::More
}

/// urllib3's `https://www.modelscope.cn:443 "GET /api HTTP/1.1" 200 None`
fn response(message: &[u8], auto: &mut Auto) -> Option<()> {
    if !message.starts_with(b"http://") && !message.starts_with(b"https://") {
        return None;
    }
    let (url, rest) = word(message);
    let (method, rest) = word(rest.strip_prefix(b"\"")?);
    let (path, rest) = word(rest);
    let (_, rest) = word(rest.strip_prefix(b"HTTP/")?);
    let status = word(rest).0;
    if status.len() != 3 || !status.iter().all(u8::is_ascii_digit) {
        return None;
    }
    auto.push_bytes("method", method);
    auto.push_bytes("url", url);
    auto.push_bytes("path", path.split(|b| *b == b'?').next().unwrap_or(path));
    auto.push_bytes("status", status);
    Some(())
}
