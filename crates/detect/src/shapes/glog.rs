//! Google's logging: `I1217 14:30:52.123456 1 grpc_server.cc:2513] text` (Triton, PyTorch), and
//! PyTorch's C++ side, in brackets and without a thread:
//! `[W1217 14:30:52.123456789 ProcessGroupNCCL.cpp:1250] text`.

use super::{Body, Head, Shape, Subject, split};
use crate::{Auto, Level, stamp};

pub(super) const SHAPE: Shape = Shape {
    name: "glog",
    starts: |byte| matches!(byte, b'I' | b'W' | b'E' | b'F' | b'V' | b'D' | b'['),
    read,
};

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let text = subject.text.strip_prefix(b"[").unwrap_or(subject.text);
    let word = text.get(..1).filter(|word| b"IWEFVD".contains(&word[0]))?;
    let (when, len) = stamp::yearless(text.get(1..)?, b"")?;
    let rest = text.get(1 + len..)?.strip_prefix(b" ")?;
    let (place, message) = split(rest, b"]")?;
    let place = place.trim_ascii();
    let (thread, source) = match split(place, b" ") {
        Some((thread, source)) => (thread, source.trim_ascii_start()),
        None => (&b""[..], place),
    };
    if !thread.iter().all(u8::is_ascii_digit) || !source.contains(&b':') || source.contains(&b' ') {
        return None;
    }
    auto.push_bytes("pid", thread);
    auto.push_bytes("source", source);
    let message = message.trim_ascii_start();
    let level = Level::from_word(word);
    Some(Head { when: Some(when), level, word, message, body: Body::Text })
}
