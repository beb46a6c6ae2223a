//! Lines that differ only in a few words have one pattern. In the manner of Drain: lines are
//! sorted by their form first, then compared with the patterns of that form word by word.

use std::collections::HashMap;

use crate::words::Words;

/// Of the words that a pattern says, so many must stand in a line for it to join.
const ALIKE_NUMERATOR: usize = 3;
const ALIKE_DENOMINATOR: usize = 5;
/// Patterns beyond this are not learnt: whoever has as many has none.
const MAX_PATTERNS: usize = 2000;
/// Of one form; lines that fit none join the last.
const MAX_OF_FORM: usize = 64;

/// What takes the place of a word that varies, as `|>` reads it.
const ANY: &str = "<_>";

/// Patterns of the lines so far.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    patterns: Vec<Pattern>,
    /// The patterns by their gaps.
    forms: HashMap<Vec<Box<str>>, Vec<usize>>,
}

/// Names a pattern for as long as its [`Patterns`] live; its text becomes wider as lines come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternId(usize);

#[derive(Clone, Debug)]
struct Pattern {
    gaps: Vec<Box<str>>,
    /// None: any word.
    words: Vec<Option<Box<str>>>,
}

impl Patterns {
    /// The pattern of a line, a new one when it is like none. None: there are too many already.
    pub fn learn(&mut self, line: &[u8]) -> Option<PatternId> {
        let text = String::from_utf8_lossy(line);
        let words = Words::of(&text);
        let form: Vec<Box<str>> = words.gaps.iter().map(|gap| Box::from(*gap)).collect();
        let known = self.forms.get(&form).map_or(&[][..], Vec::as_slice);
        let best = known
            .iter()
            .filter_map(|at| Some((*at, self.patterns.get(*at)?.likeness(&words)?)))
            .max_by_key(|(_, likeness)| *likeness)
            .map(|(at, _)| at)
            .or_else(|| known.last().copied().filter(|_| known.len() >= MAX_OF_FORM));
        if let Some(at) = best {
            self.patterns.get_mut(at)?.widen(&words);
            return Some(PatternId(at));
        }
        if self.patterns.len() >= MAX_PATTERNS {
            return None;
        }
        let at = self.patterns.len();
        self.patterns.push(Pattern {
            gaps: form.clone(),
            words: words.words.iter().map(|word| word.map(Box::from)).collect(),
        });
        self.forms.entry(form).or_default().push(at);
        Some(PatternId(at))
    }

    /// The pattern as LogQL's `|>` takes it: every line that was learnt under `id` matches, but for
    /// one that quotes parts of its own pattern.
    pub fn text(&self, id: PatternId) -> String {
        self.patterns.get(id.0).map(Pattern::text).unwrap_or_default()
    }
}

impl Pattern {
    /// How many of its words stand in a line of the same form; None when that is too few.
    fn likeness(&self, line: &Words<'_>) -> Option<usize> {
        let (mut same, mut said) = (0, 0);
        for (ours, theirs) in self.words.iter().zip(&line.words) {
            if let Some(ours) = ours {
                said += 1;
                same += usize::from(Some(ours.as_ref()) == *theirs);
            }
        }
        (same * ALIKE_DENOMINATOR >= said * ALIKE_NUMERATOR).then_some(same)
    }

    fn widen(&mut self, line: &Words<'_>) {
        for (ours, theirs) in self.words.iter_mut().zip(&line.words) {
            if ours.as_deref() != *theirs {
                *ours = None;
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut words = self.words.iter();
        let mut is_joined = false;
        for gap in &self.gaps {
            text.push_str(gap);
            match words.next() {
                Some(Some(word)) => text.push_str(word),
                // Of times, versions and the like only one wildcard remains.
                Some(None) => {
                    is_joined = joins(&text);
                    if is_joined {
                        text.truncate(trimmed(&text).len());
                    } else {
                        text.push_str(ANY);
                    }
                }
                None => {}
            }
        }
        // `|>` looks for the first place of what follows, which has to be the end then: that may
        // stand in quoted or joined text as well.
        if let Some(end) = text.rfind(ANY).map(|at| at + ANY.len())
            && let Some(tail) = text.get(end..)
            && (tail.starts_with('"') || is_joined && tail.starts_with([':', ',']))
        {
            text.truncate(end);
        }
        text
    }
}

/// Whether a wildcard would follow another one with hardly anything between.
fn joins(text: &str) -> bool {
    trimmed(text).ends_with(ANY)
}

fn trimmed(text: &str) -> &str {
    text.trim_end_matches([':', ','])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_a_few_words_have_one_pattern() {
        for (lines, expected) in [
            (&["started"][..], &["started"][..]),
            (
                &["took 5ms for ann", "took 70ms for bob", "took 1s for ann"],
                &["took <_> for <_>", "took <_> for <_>", "took <_> for <_>"],
            ),
            (
                &["GET /a 200", "disk full now", "GET /b 404"],
                &["GET /a <_>", "disk full now", "GET /b <_>"],
            ),
            (
                &["2026-11-20 10:08:17,462 INFO server up", "2026-11-20 10:08:18,1 INFO client up"],
                &["<_> <_> INFO <_> up", "<_> <_> INFO <_> up"],
            ),
            (
                &[r#"msg="hello there" rtf=0.5 ok=true"#, r#"msg="bye" rtf=1.2 ok=true"#],
                &[r#"msg="<_>" rtf=<_> ok=true"#, r#"msg="<_>" rtf=<_> ok=true"#],
            ),
            (&["alpha beta", "gamma delta"], &["alpha beta", "gamma delta"]),
            (&["Traceback:\n  at 1", "Traceback:\n  at 2"], &["Traceback:<_>", "Traceback:<_>"]),
            (&["a <b> c"], &["a <_> c"]),
            (&[r#"{"n": "5 {}"}"#], &[r#"{"n": "<_>"#]),
            (&["1:2:"], &["<_>"]),
            (&[""], &[""]),
        ] {
            let mut patterns = Patterns::default();
            let ids: Vec<_> =
                lines.iter().map(|line| patterns.learn(line.as_bytes()).unwrap()).collect();
            let found: Vec<_> = ids.iter().map(|id| patterns.text(*id)).collect();
            assert_eq!(found, expected, "{lines:?}");
        }
    }

    #[test]
    fn there_are_never_too_many() {
        let mut patterns = Patterns::default();
        // Each of another form.
        let ids: Vec<_> = (1..3000)
            .map(|n| {
                patterns.learn("a ".repeat(n % 120).replace('a', &"x!".repeat(n / 120)).as_bytes())
            })
            .collect();
        assert!(patterns.patterns.len() <= MAX_PATTERNS, "{}", patterns.patterns.len());
        assert!(ids.iter().any(Option::is_some));
        // Of one form, nothing alike.
        let mut patterns = Patterns::default();
        for n in 0..500_u32 {
            let word = |shift: u32| char::from_u32(0x4e00 + n * 3 + shift).unwrap();
            patterns.learn(format!("{} {} {}", word(0), word(1), word(2)).as_bytes()).unwrap();
        }
        assert_eq!(patterns.patterns.len(), MAX_OF_FORM);
    }
}
