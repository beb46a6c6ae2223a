//! Python's logging: `2024-12-17 14:30:52,123 INFO message`, the same with whole seconds, a colon
//! or a logger's name before the level, `[INFO]`, and `2024-12-17 14:30:52,123 - name - INFO - text`.

use super::{Body, Head, Shape, Subject, digit, split};
use crate::{Auto, level, stamp::When};

pub(super) const DASHED: Shape =
    Shape { name: "Python logging, dashes", starts: digit, read: dashed };
pub(super) const PLAIN: Shape = Shape { name: "Python logging", starts: digit, read: plain };

fn dashed<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    let rest = rest.strip_prefix(b" - ")?;
    let when = Some(When::Full(stamp));
    if let Some((level, word, message)) = level::leading_word(rest)
        && let Some(message) = message.strip_prefix(b" - ")
    {
        return Some(Head { when, level: Some(level), word, message, body: Body::Text });
    }
    let (name, rest) = split(rest, b" - ")?;
    if name.is_empty() || name.contains(&b' ') {
        return None;
    }
    let (level, word, rest) = level::leading_word(rest)?;
    let message = rest.strip_prefix(b" - ").or_else(|| rest.strip_prefix(b" -"))?;
    auto.push_bytes("module", name);
    Some(Head { when, level: Some(level), word, message, body: Body::Text })
}

fn plain<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    let rest = spaces(rest)?;
    let when = Some(When::Full(stamp));
    if let Some((level, word, message)) = levelled(rest) {
        return Some(Head { when, level: Some(level), word, message, body: Body::Text });
    }
    if let [b'[', bracketed @ ..] = rest {
        let (level, word, rest) = level::leading_word(bracketed)?;
        let message = rest.trim_ascii_start().strip_prefix(b"]")?.trim_ascii_start();
        let message = message.strip_prefix(b"- ").unwrap_or(message);
        return Some(Head { when, level: Some(level), word, message, body: Body::Text });
    }
    // A logger's name in capitals, as WeTextProcessing prints it.
    let len = rest
        .iter()
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_')
        .count();
    let (name, after) = rest.split_at_checked(len).filter(|_| len >= 2)?;
    let (level, word, message) = levelled(after.strip_prefix(b" ")?)?;
    auto.push_bytes("module", name);
    Some(Head { when, level: Some(level), word, message, body: Body::Text })
}

/// A level word with an optional colon, ended by a space or the end of the record.
pub(super) fn levelled(text: &[u8]) -> Option<(crate::Level, &[u8], &[u8])> {
    let (level, word, rest) = level::leading_word(text)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    match rest {
        [] => Some((level, word, rest)),
        [b' ', message @ ..] => Some((level, word, message)),
        _ => None,
    }
}

/// At least one space, and what follows.
fn spaces(text: &[u8]) -> Option<&[u8]> {
    let rest = text.trim_ascii_start();
    (rest.len() < text.len()).then_some(rest)
}
