use memchr::memmem;
use model::Lines;
use model::go_regex::Regex;

use super::{Literal, Need, Selection, Wildcard};
use crate::ast::{LineOp, LineValue};
use crate::ip::IpRange;

/// One line filter, ready to run: a line passes if one of the tests holds, or, negated, none.
#[derive(Debug)]
pub(crate) struct LineFilter {
    negated: bool,
    tests: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    /// The empty text is in every line.
    Always,
    Text(Box<memmem::Finder<'static>>),
    Regex(Box<RegexTest>),
    Wildcard(Wildcard),
    Ip(IpRange),
}

#[derive(Debug)]
struct RegexTest {
    regex: Regex,
    need: Need,
    /// Over the literals of `need`, which are all folded or all not.
    finders: Vec<memmem::Finder<'static>>,
    folded: bool,
}

impl LineFilter {
    /// An error is a sentence about the value that is wrong.
    pub(crate) fn new(op: LineOp, values: &[LineValue]) -> Result<Self, String> {
        let tests = values.iter().map(|value| test(op, value)).collect::<Result<_, _>>()?;
        let negated = matches!(op, LineOp::NotContains | LineOp::NotMatches | LineOp::NotPattern);
        Ok(Self { negated, tests })
    }

    pub(crate) fn matches(&self, line: &[u8]) -> bool {
        self.tests.iter().any(|test| test.holds(line)) != self.negated
    }

    /// Narrows `selection` to the lines that pass.
    pub(crate) fn select(&self, lines: &Lines, selection: Selection) -> Selection {
        if selection.len() == 0 {
            return selection;
        }
        if self.tests.iter().any(|test| matches!(test, Test::Always)) {
            return if self.negated { Selection::Rows(Vec::new()) } else { selection };
        }
        let mut found = self.find_texts(lines, &selection);
        let mut parts = 1;
        for test in &self.tests {
            let more = match test {
                Test::Always | Test::Text(_) => continue,
                Test::Regex(regex) => regex.find(lines, &selection),
                Test::Wildcard(wildcard) => find_wildcard(wildcard, lines, &selection),
                Test::Ip(range) => each(&selection, |row| range.occurs_in(lines.get(row))),
            };
            found.extend(more);
            parts += 1;
        }
        if parts > 1 {
            found.sort_unstable();
            found.dedup();
        }
        selection.with(&found, self.negated)
    }

    fn find_texts(&self, lines: &Lines, selection: &Selection) -> Vec<u32> {
        let finders: Vec<_> = self
            .tests
            .iter()
            .filter_map(|test| match test {
                Test::Text(finder) => Some(memmem::Finder::as_ref(finder)),
                _ => None,
            })
            .collect();
        if finders.is_empty() { Vec::new() } else { selection.find(lines, &finders) }
    }

    /// The one text whose lines pass, where it is that and no more.
    pub(crate) fn only_text(&self) -> Option<&[u8]> {
        match self.tests.as_slice() {
            [Test::Text(finder)] if !self.negated => Some(finder.needle()),
            _ => None,
        }
    }

    /// Byte strings of which one must occur in every line that passes; None if that is not known.
    pub(crate) fn literals(&self) -> Option<Vec<Vec<u8>>> {
        if self.negated {
            return None;
        }
        let mut all = Vec::new();
        for test in &self.tests {
            match test {
                Test::Always | Test::Ip(_) => return None,
                Test::Text(finder) => all.push(finder.needle().to_vec()),
                Test::Regex(regex) => {
                    let literals = regex.need.literals()?;
                    if literals.iter().any(|literal| literal.fold) {
                        return None;
                    }
                    all.extend(literals.iter().map(|literal| literal.bytes.clone()));
                }
                Test::Wildcard(wildcard) => {
                    all.push(wildcard.texts().max_by_key(|text| text.len())?.to_vec());
                }
            }
        }
        Some(all)
    }
}

fn test(op: LineOp, value: &LineValue) -> Result<Test, String> {
    let text = match value {
        LineValue::Ip(pattern) => return IpRange::parse(pattern).map(Test::Ip),
        LineValue::Text(text) => text,
    };
    if text.is_empty() && !matches!(op, LineOp::Pattern | LineOp::NotPattern) {
        return Ok(Test::Always);
    }
    Ok(match op {
        LineOp::Contains | LineOp::NotContains => {
            Test::Text(Box::new(memmem::Finder::new(text.as_bytes()).into_owned()))
        }
        LineOp::Matches | LineOp::NotMatches => Test::Regex(Box::new(RegexTest::new(text)?)),
        LineOp::Pattern | LineOp::NotPattern => Test::Wildcard(Wildcard::new(text)),
    })
}

impl Test {
    fn holds(&self, line: &[u8]) -> bool {
        match self {
            Self::Always => true,
            Self::Text(finder) => finder.find(line).is_some(),
            Self::Regex(test) => test.regex.is_match(line),
            Self::Wildcard(wildcard) => wildcard.matches(line),
            Self::Ip(range) => range.occurs_in(line),
        }
    }
}

impl RegexTest {
    fn new(pattern: &str) -> Result<Self, String> {
        let regex = Regex::search(pattern).map_err(|error| error.to_string())?;
        let mut need = Need::of(regex.hir());
        let mixed =
            need.literals().is_some_and(|l| l.iter().any(|l| l.fold) && l.iter().any(|l| !l.fold));
        if mixed && let Some(literals) = need.literals() {
            // Folding all of them asks for less, which is sound.
            let folded = literals
                .iter()
                .map(|l| Literal { bytes: l.bytes.to_ascii_lowercase(), fold: true })
                .collect();
            need = Need::AnyOf(folded);
        }
        let literals = need.literals().unwrap_or(&[]);
        let folded = literals.iter().any(|l| l.fold);
        let finders = literals.iter().map(|l| memmem::Finder::new(&l.bytes).into_owned()).collect();
        Ok(Self { regex, need, finders, folded })
    }

    fn find(&self, lines: &Lines, selection: &Selection) -> Vec<u32> {
        let matches = |row: usize| self.regex.is_match(lines.get(row));
        if self.finders.is_empty() {
            return each(selection, matches);
        }
        let finders: Vec<_> = self.finders.iter().map(memmem::Finder::as_ref).collect();
        let mut found = if !self.folded {
            selection.find(lines, &finders)
        } else if holds_foreign_letters(&lines.bytes) {
            return each(selection, matches);
        } else {
            selection.find_folded(lines, &finders)
        };
        if !matches!(self.need, Need::Exactly(_)) {
            found.retain(|row| matches(*row as usize));
        }
        found
    }
}

/// U+017F (long s) and U+212A (kelvin) fold to ASCII letters, so lower-casing ASCII is not enough
/// where they stand.
fn holds_foreign_letters(bytes: &[u8]) -> bool {
    memmem::find(bytes, "\u{17f}".as_bytes()).is_some()
        || memmem::find(bytes, "\u{212a}".as_bytes()).is_some()
}

fn find_wildcard(wildcard: &Wildcard, lines: &Lines, selection: &Selection) -> Vec<u32> {
    match wildcard.texts().max_by_key(|text| text.len()) {
        None => each(selection, |row| wildcard.matches(lines.get(row))),
        Some(text) => {
            let mut found = selection.find(lines, &[memmem::Finder::new(text)]);
            found.retain(|row| wildcard.matches(lines.get(*row as usize)));
            found
        }
    }
}

fn each(selection: &Selection, mut test: impl FnMut(usize) -> bool) -> Vec<u32> {
    selection
        .iter()
        .filter(|row| test(*row))
        .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_buffer_gives_what_single_lines_give() {
        let texts = [
            "2024 ERROR CUDA out of memory",
            "",
            "request timeout after 5s",
            "Error: failed",
            "from 10.0.0.7 ok",
            "two\nlines fail",
            "\u{212a}elvin",
            "文本 ok",
        ];
        let mut lines = Lines::default();
        for text in texts {
            lines.push(text.as_bytes());
        }
        let text = |values: &[&str]| -> Vec<LineValue> {
            values.iter().map(|v| LineValue::Text((*v).to_owned())).collect()
        };
        for (op, values, expected) in [
            (LineOp::Contains, text(&["CUDA"]), vec![0]),
            (LineOp::Contains, text(&["ok", "fail"]), vec![3, 4, 5, 7]),
            (LineOp::Contains, text(&[""]), (0..8).collect()),
            (LineOp::NotContains, text(&["ok", "fail"]), vec![0, 1, 2, 6]),
            (LineOp::NotContains, text(&[""]), vec![]),
            (LineOp::Matches, text(&["timeout|fail"]), vec![2, 3, 5]),
            (LineOp::Matches, text(&["(?i)error"]), vec![0, 3]),
            (LineOp::Matches, text(&["(?i)kelvin"]), vec![6]),
            (LineOp::NotMatches, text(&["(?i)error", "ok$"]), vec![1, 2, 5, 6]),
            (LineOp::Matches, text(&["^$"]), vec![1]),
            (LineOp::Matches, text(&["two.*fail"]), vec![]),
            (LineOp::Pattern, text(&["<_>out of<_>"]), vec![0]),
            (LineOp::NotPattern, text(&["<_>o<_>"]), vec![1, 6]),
            (LineOp::Contains, vec![LineValue::Ip("10.0.0.0/8".into())], vec![4]),
        ] {
            let filter = LineFilter::new(op, &values).unwrap();
            let found: Vec<usize> =
                filter.select(&lines, Selection::Range(0..texts.len())).iter().collect();
            assert_eq!(found, expected, "{op:?} {values:?}");
            for (row, text) in texts.iter().enumerate() {
                let single = filter.matches(text.as_bytes());
                assert_eq!(single, expected.contains(&row), "{op:?} {values:?} on {text:?}");
            }
        }
    }
}
