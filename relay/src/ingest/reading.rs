use std::collections::BTreeSet;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use model::Labels;

use crate::source::Prefix;
use crate::store::{MaxLine, Piped};

/// Longer lines are cut: they would be held in memory as a whole.
const MAX_LINE_BYTES: usize = detect::Context::MAX_LINE;

/// A file whose lines go through stages.
#[derive(Debug)]
pub(super) struct Reading {
    pub job: String,
    /// Of its lines, before the stages.
    pub labels: Labels,
    pub max_line: Option<MaxLine>,
    encoding: Option<&'static Encoding>,
    pub prefix: Prefix,
    /// It is better known than the journal says.
    pub has_new_prefix: bool,
    /// The line that has no end yet, and where it starts.
    line: Vec<u8>,
    line_start: u64,
    /// How many pieces of the line were cut off.
    part: u32,
    /// Where lines start that are in a stage.
    waiting: BTreeSet<u64>,
    /// Where lines behind [`Reading::taken`] start that are taken.
    done: BTreeSet<u64>,
}

/// A line without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub start: u64,
    /// Behind its last byte, line end excluded.
    pub end: u64,
    pub text: Vec<u8>,
    /// Of a line that is too long: which piece it is, from 1.
    pub part: Option<u32>,
}

impl Reading {
    /// Reads on at `offset`; the lines that start at `done` are taken.
    pub(super) fn new(
        piped: &Piped,
        labels: Labels,
        offset: u64,
        done: &[u64],
        prefix: Prefix,
    ) -> Self {
        Self {
            job: piped.job.clone(),
            labels,
            max_line: piped.max_line,
            encoding: piped.encoding,
            prefix,
            has_new_prefix: false,
            line: Vec::new(),
            line_start: offset,
            part: 0,
            waiting: BTreeSet::new(),
            done: done.iter().copied().collect(),
        }
    }

    /// The same for a file that was written anew.
    pub(super) fn anew(self) -> Self {
        Self {
            prefix: Prefix::default(),
            has_new_prefix: false,
            line: Vec::new(),
            line_start: 0,
            part: 0,
            waiting: BTreeSet::new(),
            done: BTreeSet::new(),
            ..self
        }
    }

    /// Takes bytes that stand at `offset`, directly behind those before. Gives the lines that are
    /// whole now and not taken yet.
    pub(super) fn feed(&mut self, offset: u64, bytes: &[u8]) -> Vec<Line> {
        self.extend_prefix(offset, bytes);
        let mut lines = Vec::new();
        let mut rest = bytes;
        while let Some(len) = self.line_len(rest) {
            let (line, behind) = rest.split_at(len);
            self.line.extend_from_slice(line);
            lines.extend(self.end_line(false));
            rest = behind;
        }
        self.line.extend_from_slice(rest);
        if self.line.len() >= MAX_LINE_BYTES {
            lines.extend(self.end_line(true));
        }
        lines
    }

    /// All bytes before it were fed.
    pub(super) fn read_to(&self) -> u64 {
        self.line_start + self.line.len() as u64
    }

    /// The file has ended: so has its last line.
    pub(super) fn finish(&mut self) -> Option<Line> {
        if self.line.is_empty() { None } else { self.end_line(false) }
    }

    /// The lines that start there are taken.
    pub(super) fn take(&mut self, start: u64) {
        self.waiting.remove(&start);
        self.done.insert(start);
    }

    /// All lines before it are taken, and these behind it.
    pub(super) fn taken(&mut self) -> (u64, Vec<u64>) {
        let taken = self.waiting.first().copied().unwrap_or(self.line_start);
        self.done = self.done.split_off(&taken);
        (taken, self.done.iter().copied().collect())
    }

    fn extend_prefix(&mut self, offset: u64, bytes: &[u8]) {
        let Prefix::Short(known) = &self.prefix else { return };
        let known = known.len() as u64;
        // What is read again after a restart is known already.
        let Some(skip) = known.checked_sub(offset) else { return };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        if let Some(new) = bytes.get(skip..).filter(|new| !new.is_empty()) {
            self.prefix.extend(new);
            self.has_new_prefix = true;
        }
    }

    /// Up to and with the next line end in `bytes`.
    fn line_len(&self, bytes: &[u8]) -> Option<usize> {
        let unit: &[u8] = match self.encoding {
            Some(encoding) if encoding == UTF_16LE => b"\n\0",
            Some(encoding) if encoding == UTF_16BE => b"\0\n",
            _ => return bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1),
        };
        // The units of the line start where the line does.
        let odd = self.line.len() % 2;
        if odd == 1 && self.line.last() == unit.first() && bytes.first() == unit.get(1) {
            return Some(1);
        }
        let units = bytes.get(odd..)?.chunks_exact(2);
        Some(units.take_while(|found| *found != unit).count() * 2 + odd + 2)
            .filter(|len| *len <= bytes.len())
    }

    fn end_line(&mut self, is_cut: bool) -> Option<Line> {
        let bytes = std::mem::take(&mut self.line);
        let start = self.line_start;
        self.line_start += bytes.len() as u64;
        let part = (is_cut || self.part > 0).then_some(self.part + 1);
        self.part = if is_cut { self.part + 1 } else { 0 };
        // Only what stands before the first line that waited can be there again.
        if self.done.contains(&start) {
            return None;
        }
        self.waiting.insert(start);
        let end = self.line_start - self.end_len(&bytes);
        Some(Line { start, end, text: self.text(bytes, start), part })
    }

    /// Bytes of the line end behind a line.
    fn end_len(&self, bytes: &[u8]) -> u64 {
        match self.encoding {
            Some(encoding) if encoding == UTF_16LE => 2 * u64::from(bytes.ends_with(b"\n\0")),
            Some(encoding) if encoding == UTF_16BE => 2 * u64::from(bytes.ends_with(b"\0\n")),
            _ => u64::from(bytes.ends_with(b"\n")),
        }
    }

    /// UTF-8, as far as it can be told.
    fn text(&self, bytes: Vec<u8>, start: u64) -> Vec<u8> {
        if let Some(encoding) = self.encoding {
            let (text, _) = encoding.decode_without_bom_handling(&bytes);
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let text =
                if start == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
            return text.as_bytes().to_vec();
        }
        let mut bytes = bytes;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if start == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        if std::str::from_utf8(&bytes).is_err()
            && let Some(text) = GB18030.decode_without_bom_handling_and_without_replacement(&bytes)
        {
            return text.into_owned().into_bytes();
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(encoding: Option<&'static Encoding>) -> Reading {
        let piped = Piped { encoding, ..Piped::default() };
        Reading::new(&piped, Labels::new(), 0, &[], Prefix::default())
    }

    fn feed(reading: &mut Reading, bytes: &[u8]) -> Vec<(u64, String)> {
        let mut lines = Vec::new();
        for (offset, byte) in (0..).zip(bytes) {
            lines.extend(reading.feed(offset, &[*byte]));
        }
        let text = |line: Line| (line.start, String::from_utf8(line.text).unwrap());
        lines.into_iter().chain(reading.finish()).map(text).collect()
    }

    #[test]
    fn lines_are_told_apart_in_every_encoding() {
        let utf16: Vec<u8> = "a中\n\nb".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "a中\n\nb".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (encoding, bytes, expected) in [
            (None, &b"a\nb\r\n\nc"[..], &[(0, "a"), (2, "b\r"), (5, ""), (6, "c")][..]),
            (None, b"\xd6\xd0\n\xff\xfe\n", &[(0, "中")]),
            (None, b"\xef\xbb\xbfa\n", &[(0, "a")]),
            (Encoding::for_label(b"gbk"), b"\xd6\xd0\n", &[(0, "中")]),
            (Some(UTF_16LE), &utf16, &[(0, "a中"), (6, ""), (8, "b")]),
            (Some(UTF_16BE), &big, &[(0, "a中"), (6, ""), (8, "b")]),
        ] {
            let mut one = reading(encoding);
            let whole: Vec<_> = one.feed(0, bytes).into_iter().chain(one.finish()).collect();
            let whole: Vec<_> = whole
                .iter()
                .filter_map(|line| Some((line.start, std::str::from_utf8(&line.text).ok()?)))
                .collect();
            assert_eq!(whole, expected, "{bytes:?}");
            if bytes.iter().all(|byte| *byte != 0xfe) {
                let found = feed(&mut reading(encoding), bytes);
                let found: Vec<_> = found.iter().map(|(at, text)| (*at, text.as_str())).collect();
                assert_eq!(found, expected, "{bytes:?}, byte by byte");
            }
        }
    }

    #[test]
    fn lines_that_wait_are_not_taken() {
        let mut reading = reading(None);
        reading.feed(0, b"a\nb\nc\nd");
        assert_eq!(reading.taken(), (0, vec![]));
        reading.take(2);
        assert_eq!(reading.taken(), (0, vec![2]));
        reading.take(0);
        assert_eq!(reading.taken(), (4, vec![]));
        reading.take(4);
        assert_eq!(reading.taken(), (6, vec![]));

        let piped = Piped::default();
        let mut again = Reading::new(&piped, Labels::new(), 0, &[2], Prefix::default());
        let starts: Vec<u64> = again.feed(0, b"a\nb\nc\n").iter().map(|line| line.start).collect();
        assert_eq!(starts, [0, 4]);
    }
}
