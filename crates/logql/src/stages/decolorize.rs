//! `| decolorize`: the line without ANSI escape sequences.

use crate::pipeline::Entry;

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;

/// Takes the escape sequences out of the line.
pub(crate) fn decolorize(entry: &mut Entry<'_>) {
    if memchr::memchr(ESCAPE, entry.line()).is_none() {
        return;
    }
    let plain = strip_escapes(entry.line());
    entry.set_line(&plain);
}

/// A line without the escape sequences of terminals.
pub fn strip_escapes(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(ESCAPE, rest) {
        let (before, sequence) = rest.split_at(at);
        out.extend_from_slice(before);
        let len = sequence_len(sequence);
        if len == 0 {
            out.push(ESCAPE);
        }
        rest = sequence.get(len.max(1)..).unwrap_or(b"");
    }
    out.extend_from_slice(rest);
    out
}

/// The length of the escape sequence at the start of `text`; 0 if it is none. Colours and cursor
/// movements end with a letter, titles and links (`ESC ]`) with a bell or `ESC \`.
fn sequence_len(text: &[u8]) -> usize {
    match text.get(1) {
        Some(b'[') => model::control_sequence_len(text),
        Some(b']') => {
            let body = text.get(2..).unwrap_or(b"");
            match memchr::memchr2(BELL, ESCAPE, body) {
                Some(end) if body.get(end) == Some(&BELL) => end + 3,
                Some(end) if body.get(end + 1) == Some(&b'\\') => end + 4,
                _ => 0,
            }
        }
        Some(b'(' | b')' | b'#') if text.len() > 2 => 3,
        Some(0x30..=0x7e) => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_go_and_text_stays() {
        for (line, expected) in [
            ("\x1b[32mINFO\x1b[0m x", "INFO x"),
            ("\x1b[1;38;5;9mred\x1b[K", "red"),
            ("\x1b]8;;http://a\x07link\x1b]8;;\x1b\\", "link"),
            ("plain", "plain"),
            ("a\x1b", "a\x1b"),
            ("\x1b[?25l中文", "中文"),
        ] {
            assert_eq!(strip_escapes(line.as_bytes()), expected.as_bytes(), "{line:?}");
        }
    }
}
