use model::Entry;

use super::limits::MAX_LINE_BYTES;

/// Appends the entry itself, or one entry for each part of a line that is too long, cut between
/// characters and marked `part="2/5"`.
pub(super) fn parts(entry: Entry, entries: &mut Vec<Entry>) {
    if entry.line.len() <= MAX_LINE_BYTES {
        entries.push(entry);
    } else {
        entries.extend(split(&entry, MAX_LINE_BYTES));
    }
}

fn split(entry: &Entry, max_bytes: usize) -> Vec<Entry> {
    let mut ends = Vec::new();
    let mut start = 0;
    while start < entry.line.len() {
        let mut end = (start + max_bytes).min(entry.line.len());
        // A byte 10xxxxxx continues a character; there are at most three of them.
        let floor = end.saturating_sub(3).max(start + 1);
        while end > floor && entry.line.get(end).is_some_and(|b| b & 0xc0 == 0x80) {
            end -= 1;
        }
        ends.push((start, end));
        start = end;
    }
    let total = ends.len();
    ends.into_iter()
        .enumerate()
        .map(|(at, (start, end))| {
            let mut metadata = entry.metadata.clone();
            // Of two the store would keep the client's, and take equal parts for one.
            metadata.retain(|(name, _)| name != "part");
            metadata.push(("part".to_owned(), format!("{}/{total}", at + 1)));
            let line = entry.line.get(start..end).unwrap_or_default().to_vec();
            Entry { line, metadata, ..entry.clone() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let line = "aé日本".as_bytes().to_vec();
        let parts = split(&Entry { line: line.clone(), ..Entry::default() }, 4);
        let texts: Vec<_> =
            parts.iter().map(|p| String::from_utf8(p.line.clone()).unwrap()).collect();
        assert_eq!(texts, ["aé", "日", "本"]);
        assert_eq!(parts[1].metadata, [("part".to_owned(), "2/3".to_owned())]);
        assert_eq!(split(&Entry { line, ..Entry::default() }, 400).len(), 1);
    }
}
