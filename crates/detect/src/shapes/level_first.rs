//! The level, then the time: vLLM's `INFO 12-17 14:30:55 [core.py:438] text` (older:
//! `INFO 12-17 14:30:55 core.py:438] text`), and `INFO 2024-12-17 14:30:55,123 text`.

use super::{Body, Head, Shape, Subject, capital, split};
use crate::{Auto, level, stamp, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "level, then time", starts: capital, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (level, word, rest) = level::leading_word(subject.text)?;
    let rest = rest.strip_prefix(b" ")?.trim_ascii_start();
    let (when, len) = match stamp::yearless(rest, b"-") {
        Some(found) => found,
        None => {
            let (stamp, len) = Stamp::iso(rest)?;
            (When::Full(stamp), len)
        }
    };
    let rest = rest.get(len..)?;
    let mut message = match rest {
        [b' ', message @ ..] => message,
        [] => rest,
        _ => return None,
    };
    let mut body = Body::Text;
    if let Some((place, text)) = place(message) {
        auto.push_bytes("source", place);
        message = text;
        // Each line of a text of several has all of this in front.
        let lead = subject.text.len() - text.len();
        body = Body::Repeats(subject.text.get(..lead)?);
    }
    Some(Head { when: Some(when), level: Some(level), word, message, body })
}

/// `[core.py:438] `, `core.py:438] `: the place, and what follows it.
fn place(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (place, rest) = split(text.strip_prefix(b"[").unwrap_or(text), b"]")?;
    let at = memchr::memrchr(b':', place)?;
    let (file, line_no) = (place.get(..at)?, place.get(at + 1..)?);
    let is_place = !file.is_empty()
        && !file.contains(&b' ')
        && !line_no.is_empty()
        && line_no.iter().all(u8::is_ascii_digit);
    is_place.then_some((place, rest.strip_prefix(b" ").unwrap_or(rest)))
}
