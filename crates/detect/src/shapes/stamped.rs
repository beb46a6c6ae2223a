//! A time in brackets first: DeepSpeed's `[2024-12-17 14:30:52,123] [INFO] [logging.py:96:log] text`,
//! hydra's `[2024-12-17 14:30:52,123][root][INFO] - text`, and ComfyUI's log file, which has no
//! level: `[2024-12-17 14:30:52.123] got prompt`.

use super::{Body, Head, Shape, Subject, bracket, split};
use crate::{Auto, level, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "[time] [level] text", starts: bracket, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let rest = subject.text.strip_prefix(b"[")?;
    let (stamp, len) = Stamp::iso(rest)?;
    let rest = rest.get(len..)?.strip_prefix(b"]")?;
    let when = Some(When::Full(stamp));
    let spaced = rest.trim_ascii_start();
    if let Some((level, word, rest)) = levelled(spaced) {
        let message = match source(rest) {
            Some((source, message)) => {
                auto.push_bytes("source", source);
                message
            }
            None => rest,
        };
        return Some(Head { when, level: Some(level), word, message, body: Body::Text });
    }
    if let Some((name, rest)) = rest.strip_prefix(b"[").and_then(|rest| split(rest, b"]"))
        && let Some((level, word, rest)) = levelled(rest)
    {
        auto.push_bytes("module", name);
        let message = rest.strip_prefix(b"- ").unwrap_or(rest);
        return Some(Head { when, level: Some(level), word, message, body: Body::Text });
    }
    Some(Head { when, level: None, word: b"", message: spaced, body: Body::Text })
}

/// `[INFO] ` and what follows.
fn levelled(text: &[u8]) -> Option<(crate::Level, &[u8], &[u8])> {
    let (level, word, rest) = level::leading_word(text.strip_prefix(b"[")?)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"]")?;
    Some((level, word, rest.trim_ascii_start()))
}

/// `[logging.py:96:log_dist] `: a file and a line in it.
fn source(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (source, rest) = split(text.strip_prefix(b"[")?, b"]")?;
    let line_no = source.split(|b| *b == b':').nth(1)?;
    let is_place = !line_no.is_empty() && line_no.iter().all(u8::is_ascii_digit);
    is_place.then_some((source, rest.trim_ascii_start()))
}
