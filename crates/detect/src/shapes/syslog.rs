//! RFC 3164: `Dec 17 14:30:52 box kernel: [ 8123.456789] NVRM: Xid …`. No year and no level.

use super::{Head, Shape, Subject, capital, split};
use crate::{Auto, stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { starts: capital, read };

const MONTHS: [&[u8]; 12] = [
    b"Jan ", b"Feb ", b"Mar ", b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ",
    b"Nov ", b"Dec ",
];

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let month = subject.text.get(..4)?;
    let month = u8::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let rest = subject.text.get(4..)?;
    let day = match *rest {
        [b' ', ones @ b'1'..=b'9', b' ', ..] => ones - b'0',
        [tens @ b'0'..=b'3', ones @ b'0'..=b'9', b' ', ..] => (tens - b'0') * 10 + ones - b'0',
        _ => return None,
    };
    let rest = rest.get(3..)?;
    let second = stamp::clock(rest)?;
    let (host, rest) = split(rest.get(8..)?.strip_prefix(b" ")?, b" ")?;
    let (tag, message) = split(rest, b": ").or_else(|| Some((rest.strip_suffix(b":")?, b"")))?;
    let (unit, pid) = match tag.strip_suffix(b"]").and_then(|tag| split(tag, b"[")) {
        Some((unit, pid)) => (unit, pid),
        None => (tag, &b""[..]),
    };
    if host.is_empty() || unit.is_empty() || unit.contains(&b' ') {
        return None;
    }
    stamp::days(2000, month, day)?;
    auto.push_bytes("host", host);
    auto.push_bytes("unit", unit);
    auto.push_bytes("pid", pid);
    let when = Some(When::Yearless { month, day, second, nanos: 0 });
    Some(Head { when, level: None, word: b"", message })
}
