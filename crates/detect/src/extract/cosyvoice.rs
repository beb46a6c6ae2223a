//! What CosyVoice says while it works.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Flow, Sentences, after, number, word};
use crate::Auto;

/// Built once, since every text is searched.
static TOO_SHORT: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new(b" too short than prompt text "));

pub(super) const SENTENCES: Sentences = Sentences { starts: b"ygsuni", read };

fn read(message: &[u8], auto: &mut Auto) -> Flow {
    match message.first() {
        Some(b'y') => yielded(message, auto),
        Some(b'g') => request(message, auto),
        Some(b's') => return synthesis(message, auto),
        Some(b'u' | b'n' | b'i') => startup(message, auto),
        _ => {}
    }
    Flow::More
}

/// `yield speech len 4.12, rtf 0.307`, `yield speech index:0, len 0.44, rtf 0.646,  cost 0.284s`
fn yielded(message: &[u8], auto: &mut Auto) {
    let Some(rest) = message.strip_prefix(b"yield speech ") else { return };
    // The usual one, of which there is one for each chunk of sound.
    if let Some((len, rest)) = rest.strip_prefix(b"len ").and_then(number)
        && let Some((rtf, b"")) = rest.strip_prefix(b", rtf ").and_then(number)
    {
        auto.push_bytes("speech_len", len);
        auto.push_bytes("rtf", rtf);
        return;
    }
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
    let short = TOO_SHORT.find(text);
    if short.is_some() {
        auto.push("reason", "short_text");
    }
    let text = short.and_then(|len| text.get(..len)).unwrap_or(text);
    let num_chars = text.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    auto.push_number("text_len", num_chars as u64);
    auto.push_bytes("text", text);
    Flow::Done
}

/// `use wetext frontend`, `input frame rate=25`, `no cuda device, set load_jit/… to False`
fn startup(message: &[u8], auto: &mut Auto) {
    let starts = |start: &[u8]| message.starts_with(start);
    if message.ends_with(b" frontend") && starts(b"use ")
        || starts(b"no frontend is ")
        || starts(b"input frame rate=")
    {
        auto.push("event", "startup");
    } else if starts(b"no cuda device") {
        auto.push("device", "cpu");
    }
}
