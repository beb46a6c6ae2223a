//! Gin, ollama's web framework, whose level is the status of the answer:
//! `[GIN] 2024/12/17 - 14:30:52 | 200 |  3.846079805s |  10.0.0.5 | POST     "/api/chat"`

use super::{Body, Head, Shape, Subject, bracket, split};
use crate::{Auto, Level, extract, stamp, stamp::Stamp, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "Gin", starts: bracket, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let rest = subject.text.strip_prefix(b"[GIN] ")?;
    let [y0, y1, y2, y3, b'/', m0, m1, b'/', d0, d1, b' ', b'-', b' ', time @ ..] = rest else {
        return None;
    };
    let date = [*y0, *y1, *y2, *y3, b'-', *m0, *m1, b'-', *d0, *d1, b' '];
    let (stamp, _) = Stamp::iso(&[&date[..], time.get(..8)?].concat())?;
    stamp::clock(time)?;
    let mut columns = time.get(8..)?.strip_prefix(b" | ")?.split(|b| *b == b'|');
    let mut column = || columns.next().map(<[u8]>::trim_ascii);
    let (status, latency, client, request) = (column()?, column()?, column()?, column()?);
    let level = match status {
        [b'5', _, _] => Level::Error,
        [b'4', _, _] => Level::Warning,
        [b'1'..=b'3', _, _] => Level::Info,
        _ => return None,
    };
    let (method, path) = split(request, b" ")?;
    auto.push_bytes("status", status);
    extract::pair("latency", latency, auto);
    auto.push_bytes("client", client);
    auto.push_bytes("method", method);
    let path = path.trim_ascii_start();
    let path = path.strip_prefix(b"\"").and_then(|path| path.strip_suffix(b"\"")).unwrap_or(path);
    auto.push_bytes("path", path.split(|b| *b == b'?').next().unwrap_or(path));
    Some(Head {
        when: Some(When::Full(stamp)),
        level: Some(level),
        word: level.as_str().as_bytes(),
        message: b"",
        body: Body::Text,
    })
}
