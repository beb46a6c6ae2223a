//! A time and then anything: `2024-12-04T15:20:36.382480 - Got an OOM, unloading all loaded models.`
//! There is a stamp of its own, and no level.

use super::{Body, Head, Shape, Subject, digit};
use crate::{Auto, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "time and text", starts: digit, read };

fn read<'a>(subject: &Subject<'a>, _: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    // What goes on without a break is something else: `2024-12-17 14:30:52.123.wav`.
    if rest.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.') {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let message = rest.strip_prefix(b"- ").unwrap_or(rest);
    Some(Head { when: Some(When::Full(stamp)), level: None, word: b"", message, body: Body::Text })
}
