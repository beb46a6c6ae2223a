use encoding_rs::{Encoding, GB18030};
use serde::{Deserialize, Serialize};

/// What the start of the file says about its encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Mark {
    /// Not all of it is here yet.
    #[default]
    Waiting,
    /// There is no mark, or it says UTF-8.
    Bytes,
    /// There is a mark, or the first two characters are ASCII between NULs, which nothing else is.
    Utf16 { big: bool },
}

/// The way in: takes a byte order mark off and turns UTF-16 into UTF-8. Everything else passes as
/// it is; which of UTF-8 and GB18030 a line is written in, [`Votes`] tell later, line by line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Intake {
    mark: Mark,
    /// Bytes that are not enough yet: of the mark, or of a UTF-16 character (at most 3).
    kept: Vec<u8>,
    /// Length of the mark, 0 without one.
    mark_len: u64,
}

impl Intake {
    /// For reading that starts in the middle of a file.
    pub(crate) fn without_mark() -> Self {
        Self { mark: Mark::Bytes, ..Self::default() }
    }

    /// What to give to the splitter for `bytes`. `buffer` holds it where it is not `bytes` itself.
    pub(crate) fn pass<'a>(&mut self, bytes: &'a [u8], buffer: &'a mut Vec<u8>) -> &'a [u8] {
        if self.mark == Mark::Bytes {
            return bytes;
        }
        buffer.clear();
        buffer.append(&mut self.kept);
        buffer.extend_from_slice(bytes);
        if self.mark == Mark::Waiting {
            let utf8 = [0xEF, 0xBB, 0xBF];
            (self.mark, self.mark_len) = match buffer.as_slice() {
                [0xEF, 0xBB, 0xBF, ..] => (Mark::Bytes, 3),
                [0xFF, 0xFE, ..] => (Mark::Utf16 { big: false }, 2),
                [0xFE, 0xFF, ..] => (Mark::Utf16 { big: true }, 2),
                // An unfinished mark of one of the three.
                [] | [0xFF | 0xFE] => (Mark::Waiting, 0),
                start if utf8.starts_with(start) => (Mark::Waiting, 0),
                start => (without_mark(start), 0),
            };
            if self.mark == Mark::Waiting {
                self.kept.append(buffer);
                return b"";
            }
            buffer.drain(..usize::try_from(self.mark_len).unwrap_or(0));
        }
        if let Mark::Utf16 { big } = self.mark {
            self.transcode(big, buffer);
        }
        buffer
    }

    /// What is left when the file is over.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        match self.mark {
            Mark::Utf16 { .. } if !self.kept.is_empty() => "\u{FFFD}".as_bytes().to_vec(),
            _ => std::mem::take(&mut self.kept),
        }
    }

    /// The bytes in the file of `text`, a whole segment, and `end_len` bytes of its end.
    pub(crate) fn file_len(&self, text: &[u8], end_len: u64) -> u64 {
        match self.mark {
            Mark::Utf16 { .. } => {
                let units: usize = String::from_utf8_lossy(text).chars().map(char::len_utf16).sum();
                2 * (units as u64 + end_len)
            }
            _ => text.len() as u64 + end_len,
        }
    }

    /// Whether text has the bytes of the file.
    pub(crate) fn is_plain(&self) -> bool {
        !matches!(self.mark, Mark::Utf16 { .. })
    }

    /// Of UTF-16, as the registry of encodings writes it.
    pub(crate) const fn wide_name(&self) -> Option<&'static str> {
        match self.mark {
            Mark::Utf16 { big: true } => Some("UTF-16BE"),
            Mark::Utf16 { big: false } => Some("UTF-16LE"),
            Mark::Waiting | Mark::Bytes => None,
        }
    }

    pub(crate) fn mark_len(&self) -> u64 {
        self.mark_len
    }

    fn transcode(&mut self, big: bool, buffer: &mut Vec<u8>) {
        let unit = |pair: &[u8]| match *pair {
            [a, b] if big => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0,
        };
        let mut whole = buffer.len() & !1;
        // The first half of a pair of surrogates waits for the second.
        if whole >= 2 && (0xD800..0xDC00).contains(&unit(&buffer[whole - 2..whole])) {
            whole -= 2;
        }
        self.kept.extend_from_slice(&buffer[whole..]);
        let units = buffer[..whole].chunks_exact(2).map(unit);
        let text: String = char::decode_utf16(units)
            .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        *buffer = text.into_bytes();
    }
}

/// What the first bytes of a file without a mark say: logs in UTF-16 start with ASCII, a date, a
/// bracket or a word.
fn without_mark(start: &[u8]) -> Mark {
    let is_text = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b | b' '..=b'~');
    match *start {
        [a, 0, b, 0, ..] if is_text(a) && is_text(b) => Mark::Utf16 { big: false },
        [0, a, 0, b, ..] if is_text(a) && is_text(b) => Mark::Utf16 { big: true },
        // Not enough yet.
        [a] | [a, 0] if is_text(a) => Mark::Waiting,
        [a, 0, b] if is_text(a) && is_text(b) => Mark::Waiting,
        [0] => Mark::Waiting,
        [0, a] | [0, a, 0] if is_text(a) => Mark::Waiting,
        _ => Mark::Bytes,
    }
}

/// Whether a file that starts so is UTF-16.
pub(crate) fn is_utf16(start: &[u8]) -> bool {
    matches!(start, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
        || matches!(without_mark(start), Mark::Utf16 { .. })
}

/// Which encoding the lines of a file that are not ASCII were written in so far. One odd line does
/// not change how the others are read; a number of them in a row does, for a program may be started
/// with another encoding and go on in the same file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Votes {
    utf8: u32,
    gb18030: u32,
    /// Lines in GB18030 since the last in UTF-8.
    row: u32,
    #[serde(skip)]
    last: Script,
}

/// How a line was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Script {
    #[default]
    Ascii,
    Utf8,
    Gb18030,
    /// Neither; its bytes stay as they are.
    Unclear,
}

impl Votes {
    /// The sum at which old votes start to count less.
    const FADE_AT: u32 = 4096;
    /// So many lines in a row are a change.
    const CHANGE_AFTER: u32 = 8;

    /// `raw` as UTF-8. Where neither encoding fits, the bytes stay as they are.
    pub(crate) fn decode<'a>(&mut self, raw: &'a [u8], buffer: &'a mut String) -> &'a [u8] {
        if raw.is_ascii() {
            self.last = Script::Ascii;
            return raw;
        }
        // Faster than the standard library on Chinese text.
        let is_utf8 = Encoding::utf8_valid_up_to(raw) == raw.len();
        // Some words in GB18030 are valid UTF-8 too, of two bytes a character as Greek has; only a
        // file that is sure of itself reads them so.
        let is_sure = || raw.iter().any(|byte| *byte >= 0xE0);
        if is_utf8 && (self.gb18030 <= 8 * (self.utf8 + 1) || is_sure()) {
            self.utf8 += 1;
            self.row = 0;
            self.last = Script::Utf8;
            self.fade();
            return raw;
        }
        let decoded = chinese(raw);
        if is_utf8 && decoded.is_none() {
            self.utf8 += 1;
        } else if decoded.is_some() {
            self.gb18030 += 1;
            self.row = self.row.saturating_add(1);
        }
        self.fade();
        match decoded {
            Some(text) if self.gb18030 > self.utf8 || self.row >= Self::CHANGE_AFTER => {
                self.last = Script::Gb18030;
                *buffer = text;
                buffer.as_bytes()
            }
            _ => {
                self.last = if is_utf8 { Script::Utf8 } else { Script::Unclear };
                raw
            }
        }
    }

    /// How the last line was read.
    pub(crate) const fn last(&self) -> Script {
        self.last
    }

    /// How a line that is not ASCII would be read now.
    pub(crate) const fn name(&self) -> &'static str {
        match (self.utf8, self.gb18030) {
            (0, 0) => "ASCII",
            (utf8, gb18030) if gb18030 > utf8 || self.row >= Self::CHANGE_AFTER => "GB18030",
            _ => "UTF-8",
        }
    }

    fn fade(&mut self) {
        if self.utf8 + self.gb18030 > Self::FADE_AT {
            self.utf8 /= 2;
            self.gb18030 /= 2;
        }
    }
}

/// `raw` read as GB18030, if that gives Chinese text.
fn chinese(raw: &[u8]) -> Option<String> {
    let text = GB18030.decode_without_bom_handling_and_without_replacement(raw)?.into_owned();
    let mut likely = 0;
    let mut others = 0;
    for c in text.chars().filter(|c| !c.is_ascii()) {
        match c {
            // Han, Chinese punctuation, full-width forms, dashes and quotes, bars, kana.
            '\u{4E00}'..='\u{9FFF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{3000}'..='\u{30FF}'
            | '\u{FF00}'..='\u{FFEF}'
            | '\u{2010}'..='\u{2027}'
            | '\u{2500}'..='\u{259F}'
            | '·' => likely += 1,
            _ => others += 1,
        }
    }
    (likely > 9 * others).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    fn decode(lines: &[&[u8]]) -> Vec<String> {
        let mut votes = Votes::default();
        lines
            .iter()
            .map(|line| {
                let mut buffer = String::new();
                String::from_utf8_lossy(votes.decode(line, &mut buffer)).into_owned()
            })
            .collect()
    }

    #[test]
    fn a_file_in_gb18030_is_decoded() {
        let lines = [gbk("合成失败：显存不足"), b"plain".to_vec(), gbk("联通")];
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        assert_eq!(decode(&lines)[..2], ["合成失败：显存不足", "plain"]);
    }

    #[test]
    fn a_file_may_change_its_encoding() {
        let (before, after) = (gbk("合成失败"), "合成失败：显存不足".as_bytes());
        let mut lines = vec![before.as_slice(); 100];
        lines.extend([after; 5000]);
        lines.extend([before.as_slice(); 100]);
        let found = decode(&lines);
        assert!(found[..100].iter().all(|line| line == "合成失败"));
        assert!(found[100..5100].iter().all(|line| line == "合成失败：显存不足"));
        // The first lines after a long time in UTF-8 may be odd ones.
        assert!(found[5100..5107].iter().all(|line| line.contains('\u{FFFD}')));
        assert!(found[5107..].iter().all(|line| line == "合成失败"));
    }

    #[test]
    fn one_odd_line_changes_nothing() {
        let odd = gbk("你好");
        let found = decode(&["你好".as_bytes(), &odd, b"\xff\xfe id3", "再见".as_bytes()]);
        assert_eq!(found[0], "你好");
        assert!(found[1].contains('\u{FFFD}') && found[2].contains('\u{FFFD}'));
        assert_eq!(found[3], "再见");
    }

    #[test]
    fn byte_order_marks_come_off_in_any_pieces() {
        let utf16: Vec<u8> =
            [0xFEFF].into_iter().chain("a😀\n".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for (bytes, text) in [
            (&b"\xEF\xBB\xBFhi"[..], "hi"),
            (&utf16, "a😀\n"),
            (b"\xEF\xBBx", "\u{FFFD}x"),
            (b"a\0\n\0\x0aNb\0", "a\n上b"),
            (b"\0a\0\nN\x0a", "a\n上"),
            (b"a", "a"),
            (b"a\0b", "a\0b"),
            (b"\0\0\0a", "\0\0\0a"),
            (b"", ""),
        ] {
            for piece in [1, 2, 3, 64] {
                let mut intake = Intake::default();
                let mut found = Vec::new();
                for piece in bytes.chunks(piece) {
                    found.extend_from_slice(intake.pass(piece, &mut Vec::new()));
                }
                found.extend(intake.finish());
                assert_eq!(String::from_utf8_lossy(&found), text);
            }
        }
    }
}
