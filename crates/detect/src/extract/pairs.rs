//! `key=value`, as in `text_len=42, seed=1234, gpu="NVIDIA GeForce RTX 4090", lr=[1e-05]`.

use memchr::{memchr, memchr_iter};

use super::units;
use crate::{Auto, auto::MAX_VALUE_BYTES};

/// A longer run of letters before a `=` is no name.
const MAX_NAME_BYTES: usize = 64;

pub(super) fn read(text: &[u8], auto: &mut Auto) {
    let mut from = 0;
    for equals in memchr_iter(b'=', text) {
        if equals < from {
            continue;
        }
        if auto.is_full() {
            return;
        }
        let Some(front) = text.get(from..equals) else { continue };
        let Some(name) = name(front) else { continue };
        let Some((value, len)) = text.get(equals + 1..).and_then(value) else { continue };
        from = equals + 1 + len;
        put(name, value, auto);
    }
}

/// The name that `front` ends with, when it stands on its own.
fn name(front: &[u8]) -> Option<&str> {
    let len = front
        .iter()
        .rev()
        .take(MAX_NAME_BYTES + 1)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
        .count();
    let (before, name) = front.split_at(front.len() - len);
    let starts_well = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let stands_alone =
        before.last().is_none_or(|b| matches!(b, b' ' | b'\t' | b',' | b';' | b'(' | b'[' | b'{'));
    if !starts_well || !stands_alone || len > MAX_NAME_BYTES {
        return None;
    }
    std::str::from_utf8(name).ok()
}

/// The value that `rest` starts with, and how far it goes with its quotes.
fn value(rest: &[u8]) -> Option<(&[u8], usize)> {
    match *rest.first()? {
        quote @ (b'"' | b'\'') => {
            let inner = rest.get(1..)?;
            let len = memchr(quote, inner)?;
            Some((inner.get(..len)?, len + 2))
        }
        open @ (b'(' | b'[' | b'{' | b'<') => {
            let len = balanced(rest, open)?;
            Some((rest.get(..len)?, len))
        }
        // `==` and `=>` are no assignments.
        b'=' | b'>' => None,
        _ => {
            let len = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            let bare = rest.get(..len)?;
            let mut value = bare;
            while let [front @ .., last] = value
                && (matches!(last, b',' | b';') || *last == b')' && !is_balanced(value))
            {
                value = front;
            }
            (!value.is_empty()).then_some((value, len))
        }
    }
}

/// Whether each `)` has its `(`.
fn is_balanced(text: &[u8]) -> bool {
    let count = |wanted: u8| text.iter().filter(|byte| **byte == wanted).count();
    count(b'(') >= count(b')')
}

/// The length of what stands in brackets, with them.
fn balanced(text: &[u8], open: u8) -> Option<usize> {
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        _ => b'>',
    };
    let mut depth = 0;
    let end = text.iter().take(MAX_VALUE_BYTES).position(|byte| {
        depth += i32::from(*byte == open) - i32::from(*byte == close);
        depth == 0
    })?;
    Some(end + 1)
}

/// Adds a field; a number with a unit becomes the number, and keeps its text as `name_raw`.
pub(crate) fn put(name: &str, value: &[u8], auto: &mut Auto) {
    // Names with dots cannot be written in LogQL.
    let dotted;
    let name = if name.contains('.') {
        dotted = name.replace('.', "_");
        dotted.as_str()
    } else {
        name
    };
    let starts_as_number = matches!(value.first(), Some(b'0'..=b'9' | b'-' | b'+'));
    match starts_as_number.then(|| units::plain(value)).flatten() {
        Some(plain) => {
            auto.push(name, &plain);
            auto.push_raw(name, value);
        }
        None => auto.push_bytes(name, value),
    }
}
