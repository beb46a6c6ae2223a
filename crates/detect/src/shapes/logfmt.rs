//! A whole line of `key=value`, as Go's slog prints it (ollama):
//! `time=2024-12-17T14:30:52.123+08:00 level=WARN source=sched.go:646 msg="gpu VRAM usage …"`
//! The pairs themselves are fields of any message; here it is time and level that count.

use super::{Body, Head, Shape, Subject};
use crate::{Auto, Level, stamp::When};

pub(super) const SHAPE: Shape =
    Shape { name: "logfmt", starts: |byte| matches!(byte, b't' | b'l' | b's' | b'd'), read };

const TIMES: [&[u8]; 5] = [b"time", b"ts", b"t", b"timestamp", b"datetime"];
const LEVELS: [&[u8]; 4] = [b"level", b"lvl", b"severity", b"loglevel"];
/// Time and level are among the first pairs.
const SEARCHED: usize = 6;

fn read<'a>(subject: &Subject<'a>, _: &mut Auto) -> Option<Head<'a>> {
    let text = subject.text;
    let (mut when, mut level, mut word) = (None, None, &b""[..]);
    let mut rest = text;
    for _ in 0..SEARCHED {
        let Some((name, value, after)) = pair(rest) else { break };
        if when.is_none() && TIMES.contains(&name) {
            when = std::str::from_utf8(value).ok().and_then(When::written);
        } else if level.is_none() && LEVELS.contains(&name) {
            level = Level::from_word(value);
            word = if level.is_some() { value } else { b"" };
        }
        if when.is_some() && level.is_some() {
            break;
        }
        rest = after;
    }
    // A level alone must come first: `took=3s level=low` is not about this line.
    if when.is_none() && (level.is_none() || !LEVELS.iter().any(|name| text.starts_with(name))) {
        return None;
    }
    // What is known then is no field besides; a level never is.
    let message = match pair(text) {
        Some((name, _, after)) if when.is_some() && TIMES.contains(&name) => after,
        _ => text,
    };
    Some(Head { when, level, word, message, body: Body::Text })
}

/// The pair that `text` starts with, and what follows the space behind it.
fn pair(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let len = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let (name, rest) = text.split_at(len);
    let rest = rest.strip_prefix(b"=").filter(|_| !name.is_empty())?;
    let (value, rest) = match rest {
        [b'"', quoted @ ..] => {
            let end = memchr::memchr(b'"', quoted)?;
            (quoted.get(..end)?, quoted.get(end + 1..)?)
        }
        _ => rest.split_at(memchr::memchr(b' ', rest).unwrap_or(rest.len())),
    };
    Some((name, value, rest.trim_ascii_start()))
}
