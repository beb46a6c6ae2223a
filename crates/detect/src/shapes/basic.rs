//! Python's logging without any set-up: `INFO:ChatTTS.core:Download from HF`.

use super::{Body, Head, Shape, Subject, capital};
use crate::{Auto, level};

pub(super) const SHAPE: Shape = Shape { name: "Python basicConfig", starts: capital, read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (level, word, rest) = level::leading_word(subject.text)?;
    let rest = rest.strip_prefix(b":")?;
    let (name, message) = rest.split_at_checked(memchr::memchr(b':', rest)?)?;
    let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/');
    if name.is_empty() || !name.iter().all(fits) {
        return None;
    }
    auto.push_bytes("module", name);
    let message = message.get(1..)?;
    Some(Head { when: None, level: Some(level), word, message, body: Body::Text })
}
