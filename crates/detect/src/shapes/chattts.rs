//! ChatTTS: `[+0800 20241217 14:30:52] [INFO] ChatTTS | core | message` (the level is coloured).

use super::{Body, Head, Shape, Subject, bracket, split};
use crate::{Auto, Level, stamp, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "ChatTTS", starts: bracket, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let rest = subject.text.strip_prefix(b"[")?;
    let (offset, 5) = stamp::zone(rest)? else { return None };
    let rest = rest.get(5..)?.strip_prefix(b" ")?;
    let date = rest.get(..8).filter(|date| date.iter().all(u8::is_ascii_digit))?;
    let date: u32 = std::str::from_utf8(date).ok()?.parse().ok()?;
    let second = stamp::clock(rest.get(8..)?.strip_prefix(b" ")?)?;
    let (month, day) = (u8::try_from(date / 100 % 100).ok()?, u8::try_from(date % 100).ok()?);
    let stamp = Stamp { offset: Some(offset), ..Stamp::new(date / 10_000, month, day, second)? };
    let (word, rest) = split(rest.get(17..)?.strip_prefix(b"] [")?, b"] ")?;
    let level = Level::from_word(word)?;
    let (module, rest) = split(rest, b" | ")?;
    let (file, message) = split(rest, b" | ")?;
    auto.push_bytes("module", module.trim_ascii());
    auto.push_bytes("source", file);
    Some(Head {
        when: Some(When::Full(stamp)),
        level: Some(level),
        word,
        message,
        body: Body::Text,
    })
}
