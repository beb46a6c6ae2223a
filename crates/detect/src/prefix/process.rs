//! Processes of one program: vLLM's `(EngineCore_0 pid=123) (VllmWorker TP0 pid=125) text` and
//! torchrun's `[rank0]: text`, `[rank0]:[W1217 …`.

use super::{Prefix, is_number, split};
use crate::Auto;

pub(super) fn in_parentheses<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let (writer, rest) = split(text.strip_prefix(b"(")?, b")")?;
    let (name, pid) = split(writer, b" pid=")?;
    let pid = pid.split(|b| *b == b',').next()?;
    if name.is_empty() || !is_number(pid) {
        return None;
    }
    let (process, number) = match auto.get("process") {
        None => ("process", "pid"),
        Some(_) => ("worker", "worker_pid"),
    };
    auto.push_bytes(process, name);
    auto.push_bytes(number, pid);
    Some(Prefix { rest: one_space_less(rest), writer, ..Prefix::default() })
}

pub(super) fn rank<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let writer = text.get(..memchr::memchr(b']', text)?)?;
    let rank = writer.strip_prefix(b"[rank").or_else(|| writer.strip_prefix(b"[default"))?;
    let rest = text.get(writer.len() + 1..)?.strip_prefix(b":")?;
    if !is_number(rank) {
        return None;
    }
    auto.push_bytes("rank", rank);
    Some(Prefix { rest: one_space_less(rest), writer, ..Prefix::default() })
}

/// What is indented stays indented.
fn one_space_less(text: &[u8]) -> &[u8] {
    text.strip_prefix(b" ").unwrap_or(text)
}
