//! Columns behind tabs, as GPT-SoVITS trains: `2024-12-17 14:30:52,123⇥exp⇥INFO⇥Train Epoch: 3 [12%]`

use super::{Body, Head, Shape, Subject, digit, split};
use crate::{Auto, level, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "columns between tabs", starts: digit, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    let (first, rest) = split(rest.strip_prefix(b"\t")?, b"\t")?;
    let is_level = |word: &[u8]| {
        level::leading_word(word).filter(|(.., rest)| rest.trim_ascii().is_empty()).map(|f| f.0)
    };
    let (name, word, message) = match is_level(first) {
        Some(_) => (&b""[..], first, rest),
        None => {
            let (word, message) = split(rest, b"\t")?;
            (first, word, message)
        }
    };
    let level = is_level(word)?;
    auto.push_bytes("module", name);
    let word = word.trim_ascii_end();
    let when = Some(When::Full(stamp));
    Some(Head { when, level: Some(level), word, message, body: Body::Text })
}
