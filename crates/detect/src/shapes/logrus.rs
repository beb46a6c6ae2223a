//! logrus on a terminal, with the seconds since the program started: `ERRO[0060] i/o timeout`

use super::{Body, Head, Shape, Subject, capital, split};
use crate::{Auto, Level};

pub(super) const SHAPE: Shape = Shape { name: "logrus", starts: capital, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (word, rest) = subject.text.split_at_checked(4)?;
    let level = match word {
        b"TRAC" | b"DEBU" | b"INFO" | b"WARN" | b"ERRO" | b"FATA" | b"PANI" => {
            Level::from_word(word)?
        }
        _ => return None,
    };
    let (seconds, message) = split(rest.strip_prefix(b"[")?, b"]")?;
    if seconds.len() < 4 || !seconds.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let significant = seconds.iter().position(|b| *b != b'0').unwrap_or(seconds.len() - 1);
    auto.push_bytes("uptime_s", seconds.get(significant..)?);
    let message = message.trim_ascii_start();
    Some(Head { when: None, level: Some(level), word, message, body: Body::Text })
}
