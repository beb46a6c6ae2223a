//! Addresses, and not the version numbers and times that look like them.
//!
//! What stays: loopback (`127.0.0.0/8`, `::1`), the address that means any (`0.0.0.0`, `::`) and
//! masks (`255.…`). They are the same on every machine and say what a program was told to do.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::rule::{Family, Place};

/// Words before a number with four parts that make it a version.
const VERSION_WORDS: [&[u8]; 13] = [
    b"version",
    b"versions",
    b"ver",
    b"v",
    b"release",
    b"rev",
    b"revision",
    b"driver",
    b"build",
    b"cuda",
    b"cudnn",
    b"firmware",
    b"bios",
];
/// Words before a slash that are no product: `tcp/10.0.0.5`.
const PROTOCOLS: [&[u8]; 7] = [b"tcp", b"udp", b"ip", b"ip4", b"tcp4", b"udp4", b"dial"];

pub fn four(line: &[u8], places: &mut Vec<Place>) {
    let mut at = 0;
    while at < line.len() {
        let run = line.get(at..).unwrap_or_default();
        let Some(first) = run.iter().position(u8::is_ascii_digit) else { break };
        let start = at + first;
        let part = line.get(start..).unwrap_or_default();
        let len = part.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
        at = start + len;
        let trimmed = part.get(..len).unwrap_or_default();
        let dots = trimmed.iter().rev().take_while(|b| **b == b'.').count();
        let span = start..at - dots;
        if is_address(line, span.clone()) {
            places.push(Place { span, family: Family::Ip });
        }
    }
}

fn is_address(line: &[u8], span: Range<usize>) -> bool {
    let text = line.get(span.clone()).and_then(|b| std::str::from_utf8(b).ok());
    let Some(address) = text.filter(|t| t.len() >= 7).and_then(|t| t.parse::<Ipv4Addr>().ok())
    else {
        return false;
    };
    let first = address.octets()[0];
    if first == 127 || first == 0 || first == 255 {
        return false;
    }
    let before = line.get(..span.start).unwrap_or_default();
    let after = line.get(span.end..).unwrap_or_default();
    let goes_on = after.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'+')
        || matches!(after, [b'-' | b'_', next, ..] if next.is_ascii_alphanumeric());
    !goes_on && !is_version(before)
}

/// Whether what stands before says that a number with dots is a version.
fn is_version(before: &[u8]) -> bool {
    match before.last() {
        None => return false,
        Some(b) if b.is_ascii_alphanumeric() && !ends_with_escape(before) => return true,
        Some(b'.' | b'-' | b'_' | b'+' | b'~' | b'^') => return true,
        Some(b'=' | b'<' | b'>') => {
            let joint = before.get(before.len().saturating_sub(2)..).unwrap_or_default();
            if matches!(joint, [b'=' | b'<' | b'>' | b'~' | b'!', _]) {
                return true;
            }
        }
        Some(b'/') => {
            let word = word_before(before.get(..before.len() - 1).unwrap_or_default());
            if !word.is_empty() && !PROTOCOLS.iter().any(|p| word.eq_ignore_ascii_case(p)) {
                return true;
            }
        }
        Some(_) => {}
    }
    let rest = before.trim_ascii_end();
    let joints = rest.iter().rev().take_while(|b| b" :=\"'(/".contains(b)).count();
    let word = word_before(rest.get(..rest.len() - joints).unwrap_or_default());
    let last = word.rsplit(|b| matches!(b, b'_' | b'-')).next().unwrap_or_default();
    VERSION_WORDS.iter().any(|known| last.eq_ignore_ascii_case(known))
}

/// `\n10.0.0.5`: the letter belongs to an escape, not to a word.
fn ends_with_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'\\', b'n' | b't' | b'r'])
}

fn word_before(text: &[u8]) -> &[u8] {
    let len = text
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        .count();
    text.get(text.len() - len..).unwrap_or_default()
}

pub fn six(line: &[u8], places: &mut Vec<Place>) {
    let is_part = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
    let mut at = 0;
    while let Some(colon) = line.get(at..).and_then(|rest| memchr::memchr(b':', rest)) {
        let colon = at + colon;
        let before = line.get(at..colon).unwrap_or_default();
        let start = colon - before.iter().rev().take_while(|b| is_part(b)).count();
        let rest = line.get(colon..).unwrap_or_default();
        let end = colon + rest.iter().take_while(|b| is_part(b)).count();
        at = end.max(colon + 1);
        let left = start.checked_sub(1).and_then(|i| line.get(i)).copied();
        let right = line.get(end).copied();
        let in_word = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
        if in_word(left) || in_word(right) {
            continue;
        }
        let mut span = start..end;
        while matches!(span.end.checked_sub(1).and_then(|i| line.get(i)), Some(b'.'))
            || (line.get(span.clone()).is_some_and(|t| t.ends_with(b":") && !t.ends_with(b"::")))
        {
            span.end -= 1;
        }
        if is_six(line.get(span.clone()).unwrap_or_default()) {
            places.push(Place { span, family: Family::Ip });
        }
    }
}

fn is_six(text: &[u8]) -> bool {
    let parsed = std::str::from_utf8(text).ok().and_then(|t| t.parse::<Ipv6Addr>().ok());
    // A path in C++ or Rust can be hexadecimal (`fe::add`); an address without any digit is rare.
    parsed.is_some_and(|address| {
        !address.is_loopback()
            && !address.is_unspecified()
            && text.iter().any(u8::is_ascii_digit)
            && address.to_ipv4_mapped().is_none_or(|four| !four.is_loopback())
    })
}
