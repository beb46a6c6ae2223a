//! A level in brackets first: `[INFO] 2024-12-17T14:30:52Z message`, and without a time
//! `[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234`.

use super::{Body, Head, Shape, Subject, bracket, split};
use crate::{Auto, Level, level, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "[LEVEL] text", starts: bracket, read };

fn read<'a>(subject: &Subject<'a>, _: &mut Auto) -> Option<Head<'a>> {
    let (word, rest) = split(subject.text.strip_prefix(b"[")?, b"] ")?;
    let level = match word {
        b"SYSTEM" => Level::Info,
        // Printf-style writers pad the word inside the brackets.
        word => level::leading_word(word).filter(|(.., rest)| rest.trim_ascii().is_empty())?.0,
    };
    let word = word.trim_ascii_end();
    let (when, message) = match Stamp::iso(rest) {
        Some((stamp, len)) => (Some(When::Full(stamp)), rest.get(len..)?),
        None => (None, rest),
    };
    Some(Head {
        when,
        level: Some(level),
        word,
        message: message.trim_ascii_start(),
        body: Body::Text,
    })
}
