//! NCCL: `box:4711:4720 [0] NCCL INFO Bootstrap : Using eth0`

use super::{Body, Head, Shape, Subject, split};
use crate::{Auto, level};

pub(super) const SHAPE: Shape =
    Shape { name: "NCCL", starts: |byte| byte.is_ascii_alphabetic(), read };

fn read<'a>(subject: &Subject<'a>, auto: &mut Auto) -> Option<Head<'a>> {
    let (place, rest) = subject.text.split_at_checked(memchr::memchr(b' ', subject.text)?)?;
    let (gpu, rest) = split(rest.strip_prefix(b" [")?, b"] NCCL ")?;
    let mut parts = place.split(|b| *b == b':');
    let (host, pid, thread) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if parts.next().is_some() || !is_number(gpu) {
        return None;
    }
    if !is_number(pid) || !is_number(thread) {
        return None;
    }
    let (level, word, message) = level::leading_word(rest)?;
    auto.push("module", "NCCL");
    auto.push_bytes("host", host);
    auto.push_bytes("pid", pid);
    auto.push_bytes("gpu_index", gpu);
    let message = message.trim_ascii_start();
    Some(Head { when: None, level: Some(level), word, message, body: Body::Text })
}
