//! Tokens behind the name of their scheme.

use std::ops::Range;

pub const AUTHORIZATION: &str = concat!(
    r#"(?i-u)(?:authorization["']?\s*[:=]\s*["']?)(?:[a-z][a-z0-9-]*\s+)?([^\s"',;]{4,})"#,
    r"|(?:^|[^a-z0-9])bearer\s+([a-z0-9._~+/=-]{8,})",
    r"|(?:^|[^a-z0-9])basic\s+([a-z0-9+/_-]{6,}={0,2})",
    r#"|(?:^|[^a-z0-9-])(?:set-)?cookie["']?\s*:\s*["']?([^"'\r\n]{4,})"#,
);

/// Hides whatever matched.
pub fn any(_: &[u8], _: Range<usize>, group: Range<usize>) -> Option<Range<usize>> {
    Some(group)
}

/// Keeps prose: "basic authentication", "bearer authentication failed".
pub fn authorization(
    line: &[u8],
    whole: Range<usize>,
    group: Range<usize>,
) -> Option<Range<usize>> {
    let name = line.get(whole.start..group.start)?.to_ascii_lowercase();
    let value = line.get(group.clone())?;
    let holds = |word: &[u8]| memchr::memmem::find(&name, word).is_some();
    let keep = if holds(b"authorization") || holds(b"cookie") {
        is_placeholder(value)
    } else if holds(b"basic") {
        !decodes_to_credentials(value)
    } else {
        value.iter().all(u8::is_ascii_lowercase) || is_placeholder(value)
    };
    (!keep).then_some(group)
}

/// What people and programs write where a secret was or belongs.
pub fn is_placeholder(value: &[u8]) -> bool {
    const WORDS: [&str; 22] = [
        "",
        "none",
        "null",
        "nil",
        "true",
        "false",
        "undefined",
        "empty",
        "unset",
        "missing",
        "redacted",
        "hidden",
        "masked",
        "secret",
        "password",
        "token",
        "your-key",
        "not",
        "required",
        "bearer",
        "basic",
        "string",
    ];
    let inner = value
        .trim_ascii()
        .trim_prefix_suffix(b"<", b">")
        .trim_prefix_suffix(b"[", b"]")
        .trim_prefix_suffix(b"${", b"}")
        .to_ascii_lowercase();
    WORDS.iter().any(|word| word.as_bytes() == inner)
        || inner.iter().all(|b| matches!(b, b'*' | b'x' | b'.' | b'-' | b'?'))
        || value.starts_with(b"${") && value.ends_with(b"}")
        || value.starts_with("\u{2022}".as_bytes())
}

trait TrimBoth {
    fn trim_prefix_suffix(&self, prefix: &[u8], suffix: &[u8]) -> &[u8];
}

impl TrimBoth for [u8] {
    fn trim_prefix_suffix(&self, prefix: &[u8], suffix: &[u8]) -> &[u8] {
        self.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix)).unwrap_or(self)
    }
}

/// Whether the value is base64 of `user:password`.
fn decodes_to_credentials(value: &[u8]) -> bool {
    let digits = value.iter().map(|b| match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    });
    let digits: Vec<u8> = digits.map_while(|digit| digit).collect();
    let decoded: Vec<u8> = digits
        .chunks(4)
        .flat_map(|four| {
            let at = |i: usize| u32::from(four.get(i).copied().unwrap_or(0));
            let all = at(0) << 18 | at(1) << 12 | at(2) << 6 | at(3);
            let bytes = [(all >> 16) as u8, (all >> 8) as u8, all as u8];
            bytes.into_iter().take(four.len().saturating_sub(1)).collect::<Vec<_>>()
        })
        .collect();
    decoded.contains(&b':') && decoded.iter().all(|b| *b >= b' ' && *b != 0x7f)
}
