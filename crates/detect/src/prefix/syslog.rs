//! syslog and journald: `Dec 17 14:30:52 box kernel: [ 8123.456789] NVRM: Xid …` (RFC 3164, without
//! a year or a level), the same with an ISO time, and both behind a priority, which has a level:
//! `<11>Dec 17 …`, `<165>1 2024-12-17T14:30:52.003Z box app 4711 ID47 - text` (RFC 5424).

use super::{Prefix, is_number, split};
use crate::{
    Auto, Level, stamp,
    stamp::{Stamp, When},
};

pub(super) fn read<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let (when, rest, is_iso) = match text.first()? {
        b'0'..=b'9' => {
            let (stamp, len) = Stamp::iso(text).filter(|_| text.get(10) == Some(&b'T'))?;
            (When::Full(stamp), text.get(len..)?, true)
        }
        _ => {
            let (when, rest) = named_month(text)?;
            (when, rest, false)
        }
    };
    let writer = rest.strip_prefix(b" ")?;
    let (host, rest) = split(writer, b" ")?;
    let (tag, rest) = split(rest, b": ").or_else(|| Some((rest.strip_suffix(b":")?, b"")))?;
    let (unit, pid) = match tag.strip_suffix(b"]").and_then(|tag| split(tag, b"[")) {
        Some((unit, pid)) => (unit, pid),
        None => (tag, &b""[..]),
    };
    if host.is_empty() || unit.is_empty() || unit.contains(&b' ') {
        return None;
    }
    // A program's own line may go on with two words as well.
    if is_iso && !is_number(pid) && unit != b"kernel" {
        return None;
    }
    auto.push_bytes("host", host);
    auto.push_bytes("unit", unit);
    auto.push_bytes("pid", pid);
    let writer = writer.get(..host.len() + 1 + tag.len())?;
    Some(Prefix {
        rest,
        when: Some(when),
        level: None,
        writer,
        is_record: true,
        ..Prefix::default()
    })
}

pub(super) fn with_priority<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let (priority, rest) = split(text.get(..6).unwrap_or(text).strip_prefix(b"<")?, b">")
        .map(|(priority, _)| (priority, text.get(priority.len() + 2..).unwrap_or(b"")))?;
    let number: u32 = std::str::from_utf8(priority).ok()?.parse().ok().filter(|n| *n < 192)?;
    let level = Level::from_severity(number % 8);
    let prefix = match rest.strip_prefix(b"1 ") {
        Some(rest) => structured(rest, auto)?,
        None => read(rest, auto)?,
    };
    Some(Prefix { level, ..prefix })
}

/// RFC 5424 behind its version: `2024-12-17T14:30:52.003Z box app 4711 ID47 [x@1 a="b"] text`
fn structured<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let mut words = text.splitn(6, |b| *b == b' ');
    let when = Stamp::whole(words.next()?).map(When::Full);
    let (host, unit, pid) = (words.next()?, words.next()?, words.next()?);
    let (_, rest) = (words.next()?, words.next()?);
    let rest = match rest {
        [b'-', rest @ ..] => rest,
        [b'[', ..] => split(rest, b"]").map(|(_, rest)| rest)?,
        _ => return None,
    };
    let known = |word: &'a [u8]| if word == b"-" { &b""[..] } else { word };
    auto.push_bytes("host", known(host));
    auto.push_bytes("unit", known(unit));
    auto.push_bytes("pid", known(pid));
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let rest = rest.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(rest);
    Some(Prefix { rest, when, level: None, writer: unit, is_record: true, ..Prefix::default() })
}

/// `Dec 17 14:30:52`, and the same with a fraction.
fn named_month(text: &[u8]) -> Option<(When, &[u8])> {
    let month = stamp::month(text.get(..3)?)?;
    let rest = text.get(3..)?.strip_prefix(b" ")?;
    let day = match *rest {
        [b' ', ones @ b'1'..=b'9', b' ', ..] => ones - b'0',
        [tens @ b'0'..=b'3', ones @ b'0'..=b'9', b' ', ..] => (tens - b'0') * 10 + ones - b'0',
        _ => return None,
    };
    let rest = rest.get(3..)?;
    let second = stamp::clock(rest)?;
    let rest = rest.get(8..)?;
    let (nanos, len) = stamp::fraction(rest);
    stamp::days(2000, month, day)?;
    Some((When::Yearless { month, day, second, nanos }, rest.get(len..)?))
}
