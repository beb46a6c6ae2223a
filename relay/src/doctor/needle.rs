use std::borrow::Cow;

use encoding_rs::GB18030;

/// What a text is in the bytes of a file, in one of the encodings of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Coding {
    const ALL: [Self; 4] = [Self::Utf8, Self::Gb18030, Self::Utf16Le, Self::Utf16Be];

    fn bytes(self, text: &str) -> Option<Vec<u8>> {
        let units = text.encode_utf16();
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Gb18030 => match GB18030.encode(text) {
                // ASCII has the same bytes in both.
                (Cow::Borrowed(_), ..) | (_, _, true) => None,
                (Cow::Owned(bytes), ..) => Some(bytes),
            },
            Self::Utf16Le => Some(units.flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Be => Some(units.flat_map(u16::to_be_bytes).collect()),
        }
    }

    /// A line's end.
    fn line_end(self) -> &'static [u8] {
        match self {
            Self::Utf8 | Self::Gb18030 => b"\n",
            Self::Utf16Le => b"\n\0",
            Self::Utf16Be => b"\0\n",
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        let unit = |pair: &[u8]| match *pair {
            [a, b] if self == Self::Utf16Be => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            _ => 0,
        };
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Self::Gb18030 => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
            Self::Utf16Le | Self::Utf16Be => char::decode_utf16(bytes.chunks_exact(2).map(unit))
                .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        }
    }

    /// The line around the byte `at` of `around`, decoded.
    pub(super) fn line_around(self, around: &[u8], at: usize) -> String {
        let (before, after) = around.split_at(at.min(around.len()));
        let (end, width) = (self.line_end(), self.line_end().len());
        // A unit starts where the found text does, or a whole number of units away.
        let steps = |bytes: &[u8], from: usize| {
            (from..=bytes.len().saturating_sub(width))
                .step_by(width)
                .filter(|at| bytes.get(*at..at + width) == Some(end))
                .collect::<Vec<_>>()
        };
        let from = steps(before, before.len() % width)
            .last()
            .map_or(before.len() % width, |at| at + width);
        let to = steps(after, 0).first().copied().unwrap_or(after.len());
        let line = [before.get(from..).unwrap_or_default(), after.get(..to).unwrap_or_default()];
        self.decode(&line.concat())
    }
}

/// A text that is looked for, as it may stand in files.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    forms: Vec<(Coding, Vec<u8>)>,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let form = |coding: Coding| Some((coding, coding.bytes(text)?));
        Self { forms: Coding::ALL.into_iter().filter_map(form).collect() }
    }

    pub(super) fn max_len(&self) -> usize {
        self.forms.iter().map(|(_, bytes)| bytes.len()).max().unwrap_or_default()
    }

    /// Where it stands last in `bytes`, which stand at `offset` of their file, and how.
    pub(super) fn rfind(&self, bytes: &[u8], offset: u64) -> Option<(usize, Coding)> {
        let find = |(coding, form): &(Coding, Vec<u8>)| {
            let is_wide = matches!(coding, Coding::Utf16Le | Coding::Utf16Be);
            let mut end = bytes.len();
            loop {
                let at = memchr::memmem::rfind(bytes.get(..end)?, form)?;
                // A unit starts at an even offset; one byte further ASCII looks like the other
                // order of bytes.
                if !is_wide || (offset + at as u64).is_multiple_of(2) {
                    return Some((at, *coding));
                }
                end = at + form.len() - 1;
            }
        };
        self.forms.iter().filter_map(find).max_by_key(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_every_encoding() {
        let text = "前面的行\n时间 ERROR 合成失败：显存不足\n后面\n";
        let gbk = GB18030.encode(text).0.into_owned();
        let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect();
        let (le, be): (Vec<u8>, Vec<u8>) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        for (file, coding) in [
            (text.as_bytes(), Coding::Utf8),
            (&gbk, Coding::Gb18030),
            (&le, Coding::Utf16Le),
            (&be, Coding::Utf16Be),
        ] {
            let needle = Needle::new("合成失败");
            let (at, found) = needle.rfind(file, 0).unwrap();
            assert_eq!(found, coding);
            assert_eq!(found.line_around(file, at), "时间 ERROR 合成失败：显存不足", "{coding:?}");
            assert_eq!(needle.rfind(file.get(..at).unwrap(), 0), None);
        }
        assert_eq!(Needle::new("ASCII").rfind(b"is ASCII", 1), Some((3, Coding::Utf8)));
        let be = b"\0x\0A\0B\0C\0\n";
        for (offset, expected) in [(0, Coding::Utf16Be), (1, Coding::Utf16Le)] {
            let (_, found) = Needle::new("ABC").rfind(be, offset).unwrap();
            assert_eq!(found, expected);
        }
    }
}
