//! Private keys of several lines, within one entry.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::rule::{Family, Place};

/// From the first line to the last; of a key that is cut off, to its last line of base64. Lines may
/// be ended by an escape, as JSON and environments do, and stand behind a prefix of their own.
static KEY: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?i-u)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----",
        r"(?:[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY-----|[\s\S]*)",
    );
    Regex::new(pattern).expect("the pattern is a constant that the tests compile")
});

pub fn find(line: &[u8], places: &mut Vec<Place>) {
    for key in KEY.find_iter(line) {
        places.push(Place { span: key.range(), family: Family::Key });
    }
}

/// Whether the entry opens a key and does not close it, so that the next entries are of it.
pub fn opens(line: &[u8]) -> bool {
    let begin = memchr::memmem::rfind(line, b"PRIVATE KEY-----");
    begin.is_some_and(|at| {
        let from = at.saturating_sub(32);
        line.get(from..at).is_some_and(|b| memchr::memmem::find(b, b"-----BEGIN").is_some())
    })
}

/// Whether the entry is a line of the inside of a key: base64, as wide as the tools write it, or
/// shorter where one is open.
pub fn is_inside(line: &[u8], open: bool) -> bool {
    let text = line.trim_ascii();
    let is_base64 = text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b));
    let is_wide = matches!(text.len(), 64 | 70 | 76)
        && text.iter().any(u8::is_ascii_uppercase)
        && text.iter().any(u8::is_ascii_lowercase);
    let is_header = open && (text.starts_with(b"Proc-Type:") || text.starts_with(b"DEK-Info:"));
    !text.is_empty() && (is_base64 && (is_wide || open) || is_header)
}
