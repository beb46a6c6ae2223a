use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

/// A LogQL string in double quotes, escaped as Go does it: whatever cannot be seen is.
pub(crate) fn quote(text: &str) -> String {
    quoted(text.chars(), '"', false)
}

/// The same between other quotes; with `ascii`, whatever is not ASCII is escaped too.
pub(crate) fn quoted(text: impl Iterator<Item = char>, mark: char, ascii: bool) -> String {
    let mut out = String::new();
    out.push(mark);
    for c in text {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if c == mark => out.extend(['\\', c]),
            // Writing to a String cannot fail.
            c if c.is_ascii_control() => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c if c.is_ascii() || (!ascii && is_printed(c)) => out.push(c),
            c if u32::from(c) < 0x1_0000 => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => drop(write!(out, "\\U{:08x}", u32::from(c))),
        }
    }
    out.push(mark);
    out
}

/// Go prints letters, marks, numbers, punctuation and symbols, and of blanks only the space.
pub(crate) fn is_printed(c: char) -> bool {
    static PRINTED: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$").ok());
    if c.is_alphanumeric() {
        return true;
    }
    PRINTED.as_ref().is_some_and(|printed| printed.is_match(c.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        for (text, expected) in [
            ("a\"b\\c\n\t\u{7f}\0", r#""a\"b\\c\n\t\x7f\x00""#),
            ("中文 é '", "\"中文 é '\""),
            ("显存不足，😀…“”√½", "\"显存不足，😀…“”√½\""),
            ("\u{a0}\u{ad}\u{200b}\u{3000}\u{feff}", r#""\u00a0\u00ad\u200b\u3000\ufeff""#),
            ("\u{e000}\u{e0001}\u{85}", r#""\ue000\U000e0001\u0085""#),
            ("e\u{301}", "\"e\u{301}\""),
        ] {
            assert_eq!(quote(text), expected);
        }
    }
}
