//! HTTP: uvicorn's access lines and httpx's requests.

use memchr::memmem;

use super::{Flow, Sentences, word};
use crate::Auto;

pub(super) const SENTENCES: Sentences = Sentences { starts: b"H0123456789[(", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'H') => {
            requested(message, auto);
        }
        Some(b'0'..=b'9' | b'[' | b'(') => {
            served(message, auto);
        }
        _ => {}
    }
    Flow::More
}

/// `192.168.1.5:51234 - "POST /inference_sft HTTP/1.1" 200 OK`
fn served(message: &[u8], auto: &mut Auto) -> Option<()> {
    let at = memmem::find(message, b" - \"")?;
    let (client, rest) = (message.get(..at)?, message.get(at + 4..)?);
    let (method, rest) = word(rest);
    if method == b"WebSocket" {
        return accepted(client, method, rest, auto);
    }
    if !method.iter().all(u8::is_ascii_uppercase) || method.is_empty() {
        return None;
    }
    let (target, rest) = word(rest);
    let (_, rest) = word(rest.strip_prefix(b"HTTP/")?);
    let (status, _) = word(rest);
    // The number of the client's port says nothing and would be one value for each line.
    let address = memchr::memrchr(b':', client).and_then(|at| client.get(..at)).unwrap_or(client);
    auto.push_bytes("client", address);
    auto.push_bytes("method", method);
    let path = memchr::memchr(b'?', target).and_then(|at| target.get(..at)).unwrap_or(target);
    auto.push_bytes("path", path);
    put_status(status, auto)
}

/// `('127.0.0.1', 51234) - "WebSocket /ws" [accepted]`
fn accepted(client: &[u8], method: &[u8], rest: &[u8], auto: &mut Auto) -> Option<()> {
    let (path, rest) = rest.split_at_checked(memchr::memchr(b'"', rest)?)?;
    let event = rest.strip_prefix(b"\" [")?.strip_suffix(b"]")?;
    let address = client.split(|b| *b == b'\'').nth(1).unwrap_or(client);
    auto.push_bytes("client", address);
    auto.push_bytes("method", method);
    auto.push_bytes("path", path.split(|b| *b == b'?').next().unwrap_or(path));
    auto.push_bytes("event", event);
    Some(())
}

/// `HTTP Request: GET http://127.0.0.1:8000/x "HTTP/1.1 200 OK"`
fn requested(message: &[u8], auto: &mut Auto) -> Option<()> {
    let rest = message.strip_prefix(b"HTTP Request: ")?;
    let (method, rest) = word(rest);
    let (url, rest) = word(rest);
    let (_, rest) = word(rest.strip_prefix(b"\"HTTP/")?);
    auto.push_bytes("method", method);
    auto.push_bytes("url", url);
    put_status(word(rest).0, auto)
}

/// The status, and for a failure of the server the level that the line itself does not have.
fn put_status(status: &[u8], auto: &mut Auto) -> Option<()> {
    let [first, b'0'..=b'9', b'0'..=b'9'] = status else { return None };
    auto.push_bytes("status", status);
    if *first == b'5' {
        auto.push("http_level", "error");
    }
    Some(())
}
