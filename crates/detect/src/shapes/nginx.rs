//! nginx: its error log, `2024/12/17 14:30:52 [error] 7#7: *1 connect() failed`, and the access log
//! that it shares with Apache: `10.0.0.5 - - [17/Dec/2024:14:30:52 +0800] "GET / HTTP/1.1" 200 612`

use super::{Body, Head, Shape, Subject, digit, split};
use crate::{
    Auto, Level, stamp,
    stamp::{Stamp, When},
};

pub(super) const SHAPE: Shape = Shape { name: "nginx", starts: digit, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    if let Some((stamp, rest)) = subject.dated() {
        let (word, message) = split(rest.strip_prefix(b" [")?, b"] ")?;
        let level = Level::from_word(word).filter(|_| word.iter().all(u8::is_ascii_lowercase))?;
        let when = Some(When::Full(stamp));
        return Some(Head { when, level: Some(level), word, message, body: Body::Text });
    }
    let (client, rest) = split(subject.text, b" ")?;
    let (_, rest) = split(rest, b" [")?;
    let (time, rest) = split(rest, b"] \"")?;
    let when = Some(When::Full(access_time(time)?));
    let (request, rest) = split(rest, b"\" ")?;
    let (method, path) = split(request, b" ")?;
    let (status, rest) = split(rest, b" ").unwrap_or((rest, b""));
    auto.push_bytes("client", client);
    auto.push_bytes("method", method);
    auto.push_bytes("path", path.split(|b| matches!(b, b' ' | b'?')).next().unwrap_or(path));
    auto.push_bytes("status", status);
    auto.push_bytes("bytes", rest.split(|b| *b == b' ').next().unwrap_or(b""));
    if status.starts_with(b"5") {
        auto.push("http_level", "error");
    }
    Some(Head { when, level: None, word: b"", message: b"", body: Body::Text })
}

/// `17/Dec/2024:14:30:52 +0800`
fn access_time(text: &[u8]) -> Option<Stamp> {
    let [d0, d1, b'/', _, _, _, b'/', year @ .., _] = text.get(..12)? else { return None };
    let month = stamp::month(text.get(3..6)?)?;
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u32>().ok();
    let day = u8::try_from(number(&[*d0, *d1])?).ok()?;
    let second = stamp::clock(text.get(12..)?)?;
    let (offset, _) = stamp::zone(text.get(20..)?.strip_prefix(b" ")?)?;
    let stamp = Stamp::new(number(year)?, month, day, second)?;
    Some(Stamp { offset: Some(offset), ..stamp })
}
