//! What stands around an `@`: credentials in a URL, an e-mail address, a prompt of a shell.

use std::ops::Range;

use crate::rule::{Family, Place};

/// Longest part on either side of an `@` that is looked at.
const REACH: usize = 512;

/// `scheme://user:password@host`: the user and the password.
pub fn credentials(line: &[u8], places: &mut Vec<Place>) {
    for at in memchr::memchr_iter(b'@', line) {
        let Some(info) = user_info(line, at) else { continue };
        let text = line.get(info.clone()).unwrap_or_default();
        let colon = memchr::memchr(b':', text).map_or(info.end, |colon| info.start + colon);
        // A lone name may be a token (`https://TOKEN@github.com`), long as they are.
        let lone = colon == info.end;
        let family = if lone && text.len() >= 16 { Family::Key } else { Family::User };
        places.push(Place { span: info.start..colon, family });
        if !lone {
            places.push(Place { span: colon + 1..info.end, family: Family::Key });
        }
    }
}

pub fn emails(line: &[u8], places: &mut Vec<Place>) {
    for at in memchr::memchr_iter(b'@', line) {
        if user_info(line, at).is_some() {
            continue;
        }
        let local =
            before(line, at, |b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b) || b >= 0x80);
        let domain = after(line, at + 1, |b| b.is_ascii_alphanumeric() || b".-".contains(&b));
        let domain = trim_dots(line, domain);
        if local < at && is_domain(line.get(domain.clone()).unwrap_or_default()) {
            places.push(Place { span: local..domain.end, family: Family::Email });
        }
    }
}

/// `ann@gpu-box:~/work$`, `ssh ann@gpu-box`: the host, and the user with it.
pub fn shells(line: &[u8], places: &mut Vec<Place>) {
    for at in memchr::memchr_iter(b'@', line) {
        if user_info(line, at).is_some() {
            continue;
        }
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let local = before(line, at, is_name);
        let domain = trim_dots(line, after(line, at + 1, is_name));
        let name = line.get(domain.clone()).unwrap_or_default();
        let follows = line.get(domain.end..).unwrap_or_default();
        let is_prompt = follows.starts_with(b":~") || follows.starts_with(b":/");
        let is_command = ["ssh ", "scp ", "rsync ", "from "]
            .iter()
            .any(|word| line.get(..local).is_some_and(|start| start.ends_with(word.as_bytes())));
        if local < at && !name.is_empty() && (is_prompt || is_command) && !is_domain(name) {
            places.push(Place { span: local..at, family: Family::User });
            places.push(Place { span: domain, family: Family::Host });
        }
    }
}

/// The part between `://` and the last `@` before the path, when `at` is that one.
fn user_info(line: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.saturating_sub(REACH);
    let reach = line.get(from..at)?;
    let start = from + memchr::memmem::rfind(reach, b"://")? + 3;
    let info = line.get(start..at)?;
    let ends =
        |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<');
    let rest = line.get(at + 1..).unwrap_or_default();
    let rest = rest.split(ends).next().unwrap_or_default();
    (!info.is_empty() && !info.iter().any(ends) && !rest.contains(&b'@')).then_some(start..at)
}

fn before(line: &[u8], at: usize, is: impl Fn(u8) -> bool) -> usize {
    let from = at.saturating_sub(REACH);
    let part = line.get(from..at).unwrap_or_default();
    at - part.iter().rev().take_while(|b| is(**b)).count()
}

fn after(line: &[u8], start: usize, is: impl Fn(u8) -> bool) -> Range<usize> {
    let part = line.get(start..).unwrap_or_default();
    start..start + part.iter().take(REACH).take_while(|b| is(**b)).count()
}

fn trim_dots(line: &[u8], mut span: Range<usize>) -> Range<usize> {
    while span.end > span.start && matches!(line.get(span.end - 1), Some(b'.' | b'-')) {
        span.end -= 1;
    }
    span
}

/// At least two parts, the last one letters: `example.com`, and not `torch@2.3.1`.
fn is_domain(name: &[u8]) -> bool {
    let last = name.rsplit(|b| *b == b'.').next().unwrap_or_default();
    name.contains(&b'.')
        && !name.starts_with(b".")
        && last.len() >= 2
        && last.iter().all(u8::is_ascii_alphabetic)
}
