//! A line without what colours it in a terminal, as a person reads it there: `ESC[31m10.0.0.5` is
//! an address and not a word that starts with `m`, and `token=ESC[31mabc` is a token.
//!
//! What a title or a link of a terminal holds stays.

use std::ops::Range;

const ESCAPE: u8 = 0x1b;

/// Where sequences are, in order.
fn sequences(line: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = line.get(from..).and_then(|rest| memchr::memchr(ESCAPE, rest)) {
        let start = from + at;
        from = start + len(line.get(start..).unwrap_or_default());
        found.push(start..from);
    }
    found
}

/// The line with blanks in their place, byte for byte; None where there are none.
pub fn blanked(line: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(ESCAPE, line)?;
    let mut out = line.to_vec();
    for sequence in sequences(line) {
        if let Some(bytes) = out.get_mut(sequence) {
            bytes.fill(b' ');
        }
    }
    Some(out)
}

/// A line without sequences, which knows where its bytes were.
pub struct Stripped {
    pub text: Vec<u8>,
    places: Vec<usize>,
}

impl Stripped {
    pub fn new(line: &[u8]) -> Self {
        let (mut text, mut places) = (Vec::with_capacity(line.len()), Vec::new());
        let mut from = 0;
        let end = line.len()..line.len();
        for sequence in sequences(line).into_iter().chain([end]) {
            text.extend_from_slice(line.get(from..sequence.start).unwrap_or_default());
            places.extend(from..sequence.start);
            from = sequence.end;
        }
        Self { text, places }
    }

    /// A stretch of the text in the line, with the sequences within it.
    pub fn in_line(&self, span: Range<usize>) -> Option<Range<usize>> {
        let last = span.end.checked_sub(1)?;
        Some(*self.places.get(span.start)?..*self.places.get(last)? + 1)
    }
}

/// Bytes of the sequence that a text starts with; what is none loses its escape only.
fn len(text: &[u8]) -> usize {
    match text.get(1) {
        Some(b'[') => model::control_sequence_len(text).max(1),
        // A command of several characters, and its end.
        Some(b']' | b'\\') => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_blanks_of_the_same_length() {
        for (line, expected) in [
            ("plain", "plain"),
            ("\u{1b}[31m10.0.0.5\u{1b}[0m", ".....10.0.0.5...."),
            ("a\u{1b}[1;38;5;196mb", "a.............b"),
            ("\u{1b}]8;;http://u:p@h\u{7}x", "..8;;http://u:p@h\u{7}x"),
            ("\u{1b}[31", ".[31"),
            ("\u{1b}[3字", ".[3字"),
            ("\u{1b}", "."),
            ("\u{1b}\u{1b}[m", "...."),
        ] {
            let found = blanked(line.as_bytes()).unwrap_or_else(|| line.into());
            assert_eq!(found.len(), line.len());
            let found = String::from_utf8_lossy(&found).replace(' ', ".");
            assert_eq!(found, expected, "{line:?}");
        }
    }

    #[test]
    fn a_stretch_is_found_again_in_its_line() {
        let line = b"to\x1b[1mken=\x1b[31mab\x1b[0mc\x1b[m";
        let stripped = Stripped::new(line);
        assert_eq!(stripped.text, b"token=abc");
        let spans = [(0..1, "t"), (6..8, "ab"), (6..9, "ab\x1b[0mc"), (4..5, "n")];
        for (span, expected) in spans {
            let span = stripped.in_line(span).unwrap();
            assert_eq!(line.get(span), Some(expected.as_bytes()));
        }
        assert_eq!((stripped.in_line(0..0), stripped.in_line(3..99)), (None, None));
    }
}
