use memchr::memchr2;
use serde::{Deserialize, Serialize};

/// What ends a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// `\n` or `\r\n`.
    Line,
    /// A `\r` inside a line: what comes next is printed over it.
    Return,
    /// The line is too long: its next part follows.
    Cut,
    /// The file is over.
    File,
}

/// Bytes between two ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub raw: &'a [u8],
    pub end: End,
    /// The length of the end itself.
    pub end_len: u64,
    /// 0: whole; else the number of the part of a line that was cut.
    pub part: u32,
}

/// Splits text at `\n`, `\r\n` and `\r`, however it is cut into pieces. A `\r` ends a segment at
/// once, so that a progress bar that never ends its line costs no memory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Splitter {
    /// The unfinished segment.
    tail: Vec<u8>,
    /// The last byte was a `\r`; whether a `\n` follows is not known yet.
    after_return: bool,
    /// Parts of the unfinished line that are out already.
    parts: u32,
}

impl Splitter {
    pub(crate) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Nothing is unfinished.
    pub(crate) const fn is_empty(&self) -> bool {
        self.tail.is_empty() && !self.after_return && self.parts == 0
    }

    pub(crate) fn feed(&mut self, mut text: &[u8], max: usize, take: &mut impl FnMut(Segment<'_>)) {
        while let Some(&first) = text.first() {
            if self.after_return {
                self.after_return = false;
                if first == b'\n' {
                    self.close(b"", End::Line, 2, max, take);
                    text = text.get(1..).unwrap_or(b"");
                } else {
                    self.close(b"", End::Return, 1, max, take);
                }
                continue;
            }
            let Some(at) = memchr2(b'\n', b'\r', text) else {
                self.keep(text, max, take);
                return;
            };
            let (front, rest) = text.split_at(at);
            match rest {
                [b'\n', rest @ ..] => {
                    self.close(front, End::Line, 1, max, take);
                    text = rest;
                }
                [b'\r', b'\n', rest @ ..] => {
                    self.close(front, End::Line, 2, max, take);
                    text = rest;
                }
                [_, rest @ ..] if !rest.is_empty() => {
                    self.close(front, End::Return, 1, max, take);
                    text = rest;
                }
                _ => {
                    self.keep(front, max, take);
                    self.after_return = true;
                    return;
                }
            }
        }
    }

    pub(crate) fn finish(&mut self, max: usize, take: &mut impl FnMut(Segment<'_>)) {
        if self.after_return {
            self.after_return = false;
            self.close(b"", End::Line, 1, max, take);
        } else if !self.tail.is_empty() || self.parts > 0 {
            self.close(b"", End::File, 0, max, take);
        }
    }

    fn keep(&mut self, bytes: &[u8], max: usize, take: &mut impl FnMut(Segment<'_>)) {
        self.tail.extend_from_slice(bytes);
        let mut start = 0;
        while self.tail.len() - start > max {
            let rest = self.tail.get(start..).unwrap_or(b"");
            let len = cut(rest, max);
            self.parts += 1;
            let raw = rest.get(..len).unwrap_or(rest);
            take(Segment { raw, end: End::Cut, end_len: 0, part: self.parts });
            start += len;
        }
        self.tail.drain(..start);
    }

    fn close(
        &mut self,
        front: &[u8],
        end: End,
        end_len: u64,
        max: usize,
        take: &mut impl FnMut(Segment<'_>),
    ) {
        // A segment that lies whole in the piece is not copied.
        let direct = self.tail.is_empty() && front.len() <= max;
        if !direct {
            self.keep(front, max, take);
        }
        let raw = if direct { front } else { &self.tail };
        let part = if self.parts == 0 { 0 } else { self.parts + 1 };
        take(Segment { raw, end, end_len, part });
        self.parts = 0;
        self.tail.clear();
    }
}

/// Where to cut a line that is longer than `max`: at most there, and not inside a code point.
fn cut(line: &[u8], max: usize) -> usize {
    let max = max.max(4);
    // A code point has at most 3 continuation bytes; more of them are not UTF-8 anyway.
    (max - 3..=max)
        .rev()
        .find(|&at| line.get(at).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(max)
        .min(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, max: usize, expected: &[(&str, End, u32)]) {
        for piece in [1, 2, 3, 5, text.len().max(1)] {
            let mut splitter = Splitter::default();
            let mut found = Vec::new();
            let mut last = 0_u64;
            let mut take = |s: Segment<'_>| {
                found.push((String::from_utf8_lossy(s.raw).into_owned(), s.end, s.part));
                last += s.raw.len() as u64 + s.end_len;
            };
            for piece in text.as_bytes().chunks(piece) {
                splitter.feed(piece, max, &mut take);
            }
            splitter.finish(max, &mut take);
            let found: Vec<_> = found.iter().map(|(t, e, p)| (t.as_str(), *e, *p)).collect();
            assert_eq!(found, expected, "{text:?} in pieces of {piece}");
            assert_eq!(last, text.len() as u64);
        }
    }

    #[test]
    fn text_splits_at_line_ends_and_returns() {
        check("a\nb", 9, &[("a", End::Line, 0), ("b", End::File, 0)]);
        check("a\r\n\n", 9, &[("a", End::Line, 0), ("", End::Line, 0)]);
        check("\r1\r2\n", 9, &[("", End::Return, 0), ("1", End::Return, 0), ("2", End::Line, 0)]);
        check("x\r\r\n", 9, &[("x", End::Return, 0), ("", End::Line, 0)]);
        check("x\r", 9, &[("x", End::Line, 0)]);
    }

    #[test]
    fn a_long_line_is_cut_at_code_points() {
        check("abcde\n", 5, &[("abcde", End::Line, 0)]);
        check("abcdef\n", 5, &[("abcde", End::Cut, 1), ("f", End::Line, 2)]);
        check("日本語\n", 5, &[("日", End::Cut, 1), ("本", End::Cut, 2), ("語", End::Line, 3)]);
    }
}
