//! `2024-12-17 14:30:52.123 | INFO     | app.core:run:699 - message`, also without the place.

use super::{Body, Head, Shape, Subject, digit, split};
use crate::{Auto, level, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "loguru", starts: digit, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    let (level, word, rest) = level::leading_word(rest.strip_prefix(b" | ")?)?;
    let rest = rest.trim_ascii_start().strip_prefix(b"| ")?;
    let when = Some(When::Full(stamp));
    let mut message = rest;
    if let Some((place, text)) =
        split(rest, b" - ").or_else(|| Some((rest.strip_suffix(b" -")?, b"")))
        && let Some((place, line_no)) = split_last(place)
        && let Some((module, function)) = split_last(place)
        && line_no.iter().all(u8::is_ascii_digit)
        && !module.contains(&b' ')
    {
        auto.push_bytes("module", module);
        auto.push_bytes("function", function);
        auto.push_bytes("line_no", line_no);
        message = text;
    }
    Some(Head { when, level: Some(level), word, message, body: Body::Text })
}

fn split_last(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memrchr(b':', text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
        .filter(|(front, back)| !front.is_empty() && !back.is_empty())
}
