//! onnxruntime: `2024-12-17 14:30:55.396526331 [W:onnxruntime:, file.cc:74 Apply] message`

use super::{Body, Head, Shape, Subject, digit, split};
use crate::{Auto, Level, stamp::When};

pub(super) const SHAPE: Shape = Shape { name: "onnxruntime", starts: digit, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (stamp, rest) = subject.dated()?;
    let rest = rest.strip_prefix(b" [")?;
    let word = rest.get(..1).filter(|word| b"VIWEF".contains(&word[0]))?;
    let (place, message) = split(rest.get(1..)?.strip_prefix(b":")?, b"] ")?;
    let (module, place) = split(place, b":")?;
    let (_, source) = split(place, b", ")?;
    auto.push_bytes("module", module);
    auto.push_bytes("source", source);
    Some(Head {
        when: Some(When::Full(stamp)),
        level: Level::from_word(word),
        word,
        message,
        body: Body::Text,
    })
}
