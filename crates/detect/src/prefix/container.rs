//! Containers and their kin: docker compose's `cosyvoice_x1  | text`, pm2's
//! `102|fishspeech-1-4  | text`, and `kubectl logs --prefix`'s `[pod/tts-5d9/cosyvoice] text`.

use super::{Prefix, is_number, split};
use crate::Auto;

pub(super) fn composed<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let (name, rest, writer) = column(text)?;
    let (front, number) = name.split_at(name.len() - trailing_digits(name));
    // A word, one space and a bar may be anybody's table.
    let is_service = !number.is_empty() && front.last().is_some_and(|b| !b.is_ascii_digit());
    if !is_service && !writer.ends_with(b"  ") {
        return None;
    }
    auto.push_bytes("container", name);
    Some(Prefix { rest, writer, ..Prefix::default() })
}

pub(super) fn managed<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let (id, rest) = text.split_at_checked(memchr::memchr(b'|', text.get(..8).unwrap_or(text))?)?;
    let (name, rest, writer) = column(rest.get(1..)?)?;
    if !is_number(id) {
        return None;
    }
    auto.push_bytes("process", name);
    Some(Prefix { rest, writer, ..Prefix::default() })
}

pub(super) fn pod<'a>(text: &'a [u8], auto: &mut Auto) -> Option<Prefix<'a>> {
    let (writer, rest) = split(text.strip_prefix(b"[pod/")?, b"] ")
        .or_else(|| Some((text.strip_prefix(b"[pod/")?.strip_suffix(b"]")?, &b""[..])))?;
    let (pod, container) = split(writer, b"/")?;
    if writer.contains(&b' ') {
        return None;
    }
    auto.push_bytes("pod", pod);
    auto.push_bytes("container", container);
    Some(Prefix { rest, writer, ..Prefix::default() })
}

/// A name, spaces, a bar and one space: the name, what follows, and the name with its spaces.
fn column(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    const LONGEST: usize = 128;
    let bar = memchr::memchr(b'|', text.get(..LONGEST).unwrap_or(text))?;
    let (writer, rest) = text.split_at(bar);
    let name = writer.trim_ascii_end();
    let fits = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if name.len() < 2 || name.len() == writer.len() || !name.iter().all(fits) {
        return None;
    }
    let rest = match rest.get(1..)? {
        [b' ', rest @ ..] => rest,
        [] => b"",
        _ => return None,
    };
    Some((name, rest, writer))
}

fn trailing_digits(name: &[u8]) -> usize {
    name.iter().rev().take_while(|b| b.is_ascii_digit()).count()
}
