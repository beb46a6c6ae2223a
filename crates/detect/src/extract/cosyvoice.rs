//! What CosyVoice says while it works.

use super::{Flow, after, number, word};
use crate::Auto;

pub(super) fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'y') => yielded(message, auto),
        Some(b'g') => request(message, auto),
        Some(b's') => return synthesis(message, auto),
        _ => {}
    }
    Flow::More
}

/// `yield speech len 4.12, rtf 0.307`, `yield speech index:0, len 0.44, rtf 0.646,  cost 0.284s`
fn yielded(message: &[u8], auto: &mut Auto) {
    let Some(rest) = message.strip_prefix(b"yield speech ") else { return };
    for (mark, name) in [(&b"len "[..], "speech_len"), (b"rtf ", "rtf"), (b" cost ", "cost")] {
        if let Some((value, _)) = after(rest, mark).and_then(number) {
            auto.push_bytes(name, value);
        }
    }
}

/// `get zero_shot inference request`
fn request(message: &[u8], auto: &mut Auto) {
    let Some(rest) = message.strip_prefix(b"get ") else { return };
    let (mode, rest) = word(rest);
    if rest.starts_with(b"inference request") {
        auto.push("event", "request");
        auto.push_bytes("mode", mode);
    }
}

/// `synthesis text …`, `synthesis text … too short than prompt text …, this may lead to bad
/// performance`. The text is a user's: nothing in it is a field.
fn synthesis(message: &[u8], auto: &mut Auto) -> Flow {
    let Some(text) = message.strip_prefix(b"synthesis text ") else { return Flow::More };
    let short = memchr::memmem::find(text, b" too short than prompt text ");
    if short.is_some() {
        auto.push("reason", "short_text");
    }
    let text = short.and_then(|len| text.get(..len)).unwrap_or(text);
    let num_chars = text.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    auto.push("text_len", &num_chars.to_string());
    Flow::Done
}
