//! A row as it crosses to the page: a list shows the beginning of a line, so that is what it gets.
//! Audio in base64 and lines of megabytes stay in the worker until somebody opens one.

use logql::Row;
use serde::{Deserialize, Serialize};

/// The most bytes of a line that a list gets.
const HEAD_BYTES: usize = 16 << 10;
/// And of its end, where a traceback names its exception.
const END_BYTES: usize = 4 << 10;

/// A row, whole or cut.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub row: Row,
    /// None: the row is whole.
    pub cut: Option<Cut>,
}

/// What was left out of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// Bytes of the whole line.
    pub bytes: u64,
    /// Line feeds in what was left out, but for those at its end.
    pub line_feeds: u32,
    /// The end of the line, where that is missing.
    #[serde(with = "serde_bytes")]
    pub end: Vec<u8>,
}

impl Listed {
    /// What a list needs of a row.
    pub fn cut(mut row: Row) -> Self {
        let long = |text: &Vec<u8>| text.len() > HEAD_BYTES;
        if !long(&row.line) && !row.original.as_ref().is_some_and(long) {
            return Self { row, cut: None };
        }
        let line = &row.line;
        let rest = line.get(HEAD_BYTES..).unwrap_or_default().trim_ascii_end();
        let line_feeds = rest.iter().filter(|byte| **byte == b'\n').count();
        let cut = Cut {
            bytes: u64::try_from(line.len()).unwrap_or(u64::MAX),
            line_feeds: u32::try_from(line_feeds).unwrap_or(u32::MAX),
            end: rest.get(rest.len().saturating_sub(END_BYTES)..).unwrap_or_default().to_vec(),
        };
        row.line = head(row.line);
        row.original = row.original.map(head);
        Self { row, cut: Some(cut) }
    }

    /// Bytes of what varies.
    pub fn num_bytes(&self) -> usize {
        let end = self.cut.as_ref().map_or(0, |cut| cut.end.len());
        self.row.line.len() + self.row.original.as_ref().map_or(0, Vec::len) + end
    }
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        Self { row, cut: None }
    }
}

/// The beginning of a text, up to a whole character, in memory of its own size.
fn head(text: Vec<u8>) -> Vec<u8> {
    if text.len() <= HEAD_BYTES {
        return text;
    }
    let starts = |at: &usize| text.get(*at).is_none_or(|byte| byte & 0xc0 != 0x80);
    let end = (HEAD_BYTES - 3..=HEAD_BYTES).rev().find(starts).unwrap_or(HEAD_BYTES);
    text.get(..end).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: &str) -> Row {
        Row { line: line.as_bytes().to_vec(), ..Row::default() }
    }

    #[test]
    fn short_rows_are_whole() {
        let short = row(&"x".repeat(HEAD_BYTES));
        assert_eq!(Listed::cut(short.clone()), Listed::from(short));
    }

    #[test]
    fn a_long_row_tells_what_is_missing() {
        let long = format!("{}\n{}\nthe end\n\n", "a".repeat(HEAD_BYTES - 1), "b".repeat(9_000));
        let listed = Listed::cut(row(&long));
        let cut = listed.cut.unwrap();
        assert_eq!((listed.row.line.len(), cut.bytes), (HEAD_BYTES, long.len() as u64));
        assert_eq!(cut.line_feeds, 1);
        assert!(cut.end.ends_with(b"b\nthe end"), "{}", String::from_utf8_lossy(&cut.end));
        assert_eq!(cut.end.len(), END_BYTES);
    }

    #[test]
    fn a_character_is_never_cut() {
        for before in 0..4 {
            let text = format!("{}{}", "x".repeat(before), "你".repeat(HEAD_BYTES / 2));
            let listed = Listed::cut(row(&text));
            assert!(String::from_utf8(listed.row.line).is_ok(), "{before}");
        }
        // Bytes that are no text at all are cut anywhere.
        let noise = Row { line: vec![0x80; HEAD_BYTES * 2], ..Row::default() };
        assert_eq!(Listed::cut(noise).row.line.len(), HEAD_BYTES);
    }

    #[test]
    fn a_long_original_alone_is_cut_too() {
        let original = Some(vec![b'x'; HEAD_BYTES * 2]);
        let listed = Listed::cut(Row { original, ..row("short") });
        let cut = listed.cut.unwrap();
        assert_eq!((cut.bytes, cut.end.len(), cut.line_feeds), (5, 0, 0));
        assert_eq!(listed.row.original.map(|text| text.len()), Some(HEAD_BYTES));
    }
}
