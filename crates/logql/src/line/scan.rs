//! Finding text in the buffer of a batch, not line by line.

use std::ops::Range;

use memchr::memmem;
use model::Lines;

/// The entries of a batch that are still in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    Range(Range<usize>),
    /// Ascending.
    Rows(Vec<u32>),
}

impl Selection {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(range) => range.len(),
            Self::Rows(rows) => rows.len(),
        }
    }

    pub(crate) fn iter(&self) -> Box<dyn DoubleEndedIterator<Item = usize> + '_> {
        match self {
            Self::Range(range) => Box::new(range.clone()),
            Self::Rows(rows) => Box::new(rows.iter().map(|row| *row as usize)),
        }
    }

    pub(crate) fn first(&self) -> Option<usize> {
        self.iter().next()
    }

    pub(crate) fn last(&self) -> Option<usize> {
        self.iter().next_back()
    }

    /// The entries that are in, where they are fewer than half of `all`.
    pub(crate) fn few_of(&self, all: usize) -> Option<&[u32]> {
        match self {
            Self::Rows(rows) => Some(rows.as_slice()).filter(|rows| rows.len() * 2 < all),
            Self::Range(_) => None,
        }
    }

    /// From the first to the last entry that is in.
    fn span(&self) -> Range<usize> {
        match self {
            Self::Range(range) => range.clone(),
            Self::Rows(rows) => match (rows.first(), rows.last()) {
                (Some(first), Some(last)) => *first as usize..*last as usize + 1,
                _ => 0..0,
            },
        }
    }

    /// Whether looking at each line on its own is cheaper than the whole buffer.
    fn is_sparse(&self) -> bool {
        match self {
            Self::Range(_) => false,
            Self::Rows(rows) => rows.len() * 8 < self.span().len(),
        }
    }

    /// Those for which `test` holds.
    pub(crate) fn retain(self, mut test: impl FnMut(usize) -> bool) -> Self {
        match self {
            Self::Range(range) => {
                let kept: Vec<u32> = range.clone().filter(|row| test(*row)).map(as_u32).collect();
                if kept.len() == range.len() { Self::Range(range) } else { Self::Rows(kept) }
            }
            Self::Rows(mut rows) => {
                rows.retain(|row| test(*row as usize));
                Self::Rows(rows)
            }
        }
    }

    /// Those that are in `found` (ascending), or, negated, those that are not.
    pub(crate) fn with(self, found: &[u32], negated: bool) -> Self {
        if let (Self::Range(_), false) = (&self, negated) {
            return Self::Rows(found.to_vec());
        }
        let mut rest = found.iter().peekable();
        self.retain(|row| {
            while rest.peek().is_some_and(|f| (**f as usize) < row) {
                rest.next();
            }
            rest.peek().is_some_and(|f| **f as usize == row) != negated
        })
    }

    /// The entries of which one of the `finders` finds something in the line.
    pub(crate) fn find(&self, lines: &Lines, finders: &[memmem::Finder<'_>]) -> Vec<u32> {
        if self.is_sparse() {
            let hit = |row: &usize| {
                let line = lines.get(*row);
                finders.iter().any(|finder| finder.find(line).is_some())
            };
            return self.iter().filter(hit).map(as_u32).collect();
        }
        let span = self.span();
        let mut found = Vec::new();
        for finder in finders {
            find_rows(lines, &lines.bytes, span.clone(), finder, &mut found);
        }
        finish(found, finders.len())
    }

    /// As `find`, upper and lower case ASCII letters being the same; needles are lower case.
    pub(crate) fn find_folded(&self, lines: &Lines, finders: &[memmem::Finder<'_>]) -> Vec<u32> {
        if self.is_sparse() {
            let mut folded = Vec::new();
            let hit = |row: &usize| {
                folded.clear();
                folded.extend(lines.get(*row).iter().map(u8::to_ascii_lowercase));
                finders.iter().any(|finder| finder.find(&folded).is_some())
            };
            return self.iter().filter(hit).map(as_u32).collect();
        }
        let span = self.span();
        let mut folded = lines.bytes.clone();
        folded.make_ascii_lowercase();
        let mut found = Vec::new();
        for finder in finders {
            find_rows(lines, &folded, span.clone(), finder, &mut found);
        }
        finish(found, finders.len())
    }
}

fn as_u32(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

fn finish(mut found: Vec<u32>, parts: usize) -> Vec<u32> {
    if parts > 1 {
        found.sort_unstable();
        found.dedup();
    }
    found
}

/// Appends the rows in `span` whose line holds the needle. `bytes` is the buffer of `lines`, or
/// one of the same shape.
fn find_rows(
    lines: &Lines,
    bytes: &[u8],
    span: Range<usize>,
    finder: &memmem::Finder<'_>,
    found: &mut Vec<u32>,
) {
    let mut row = span.start;
    let mut at = lines.start(row);
    let end = match span.end.checked_sub(1).and_then(|last| lines.ends.get(last)) {
        Some(end) => *end as usize,
        None => return,
    };
    while row < span.end
        && let Some(hit) = bytes.get(at..end).and_then(|rest| finder.find(rest))
    {
        let start = at + hit;
        row = seek(&lines.ends, row, start);
        let line_end = lines.ends.get(row).map_or(end, |end| *end as usize);
        if start + finder.needle().len() <= line_end {
            found.push(as_u32(row));
            row += 1;
            at = line_end + 1;
        } else {
            // The needle holds a line feed and ran over the end of the line.
            at = start + 1;
        }
    }
}

/// The row that byte `at` belongs to, at or after `from`: most hits are near the last one.
fn seek(ends: &[u32], from: usize, at: usize) -> usize {
    let mut step = 1;
    let mut low = from;
    while ends.get(low + step).is_some_and(|end| (*end as usize) < at) {
        low += step;
        step *= 2;
    }
    let high = (low + step + 1).min(ends.len());
    let window = ends.get(low..high).unwrap_or(&[]);
    low + window.partition_point(|end| (*end as usize) < at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Lines {
        let mut lines = Lines::default();
        for text in texts {
            lines.push(text.as_bytes());
        }
        lines
    }

    #[test]
    fn a_needle_is_found_in_its_own_line_only() {
        let lines = lines(&["ab", "", "xa", "b\nab", "abab", "AB"]);
        for (needle, span, expected) in [
            ("ab", 0..6, vec![0, 3, 4]),
            ("a\nb", 0..6, vec![]),
            ("b\na", 0..6, vec![3]),
            ("ab", 1..4, vec![3]),
            ("b\n", 0..6, vec![3]),
            ("zz", 0..6, vec![]),
        ] {
            let selection = Selection::Range(span);
            let found = selection.find(&lines, &[memmem::Finder::new(needle)]);
            assert_eq!(found, expected, "{needle:?}");
        }
        let all = Selection::Range(0..6);
        assert_eq!(all.find_folded(&lines, &[memmem::Finder::new("ab")]), [0, 3, 4, 5]);
        let two = [memmem::Finder::new("x"), memmem::Finder::new("b\n")];
        assert_eq!(all.find(&lines, &two), [2, 3]);
    }

    #[test]
    fn a_selection_narrows() {
        let all = Selection::Range(2..6);
        assert_eq!(all.clone().with(&[3, 5], false), Selection::Rows(vec![3, 5]));
        assert_eq!(all.clone().with(&[3, 5], true), Selection::Rows(vec![2, 4]));
        assert_eq!(all.clone().with(&[], true), Selection::Range(2..6));
        let some = Selection::Rows(vec![2, 4, 5]);
        assert_eq!(some.clone().with(&[4, 9], false), Selection::Rows(vec![4]));
        assert_eq!(some.with(&[4, 9], true), Selection::Rows(vec![2, 5]));
    }
}
