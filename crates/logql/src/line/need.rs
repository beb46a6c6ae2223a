//! What text must stand in a line for a regular expression to match it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A text that must occur in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    pub(crate) bytes: Vec<u8>,
    /// Upper and lower case ASCII letters are the same; `bytes` is lower case.
    pub(crate) fold: bool,
}

/// The literals of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing is known.
    Unknown,
    /// A line without any of these cannot match.
    AnyOf(Vec<Literal>),
    /// A line matches exactly if it holds one of these.
    Exactly(Vec<Literal>),
}

/// More alternatives than this cost more than they save.
const MAX_ALTERNATIVES: usize = 8;

impl Need {
    pub(crate) fn of(hir: &Hir) -> Self {
        match walk(hir) {
            Some((literals, exact)) if literals.iter().all(|l| !l.bytes.is_empty()) => {
                // A folded text is never exact: letters outside ASCII fold to ASCII ones.
                if exact && literals.iter().all(|l| !l.fold) {
                    Self::Exactly(literals)
                } else {
                    Self::AnyOf(literals)
                }
            }
            _ => Self::Unknown,
        }
    }

    pub(crate) fn literals(&self) -> Option<&[Literal]> {
        match self {
            Self::Unknown => None,
            Self::AnyOf(literals) | Self::Exactly(literals) => Some(literals),
        }
    }
}

/// One of the literals occurs wherever `hir` matches; with `true`, and the other way round.
fn walk(hir: &Hir) -> Option<(Vec<Literal>, bool)> {
    match hir.kind() {
        HirKind::Literal(literal) => {
            Some((vec![Literal { bytes: literal.0.to_vec(), fold: false }], true))
        }
        HirKind::Class(_) => {
            let (byte, fold) = single(hir)?;
            Some((vec![Literal { bytes: vec![byte], fold }], true))
        }
        HirKind::Capture(capture) => walk(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min >= 1 => {
            let (literals, _) = walk(&repetition.sub)?;
            Some((literals, repetition.min == 1 && repetition.max == Some(1)))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            let mut exact = true;
            for branch in branches {
                let (literals, branch_exact) = walk(branch)?;
                all.extend(literals);
                exact &= branch_exact;
                if all.len() > MAX_ALTERNATIVES {
                    return None;
                }
            }
            Some((all, exact))
        }
        HirKind::Concat(parts) => concat(parts),
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The best of the parts: runs of plain text are joined first.
fn concat(parts: &[Hir]) -> Option<(Vec<Literal>, bool)> {
    let mut best: Option<Vec<Literal>> = None;
    let mut run = Literal { bytes: Vec::new(), fold: false };
    let mut joined = 0;
    let mut offer = |literals: Vec<Literal>| {
        if best.as_ref().is_none_or(|old| worth(&literals) > worth(old)) {
            best = Some(literals);
        }
    };
    for part in parts {
        if let HirKind::Literal(literal) = part.kind() {
            run.bytes.extend_from_slice(&literal.0);
            joined += 1;
        } else if let Some((byte, fold)) = single(part) {
            run.bytes.push(byte);
            run.fold |= fold;
            joined += 1;
        } else {
            offer(vec![finish(&mut run)]);
            if let Some((literals, _)) = walk(part) {
                offer(literals);
            }
        }
    }
    let exact = joined == parts.len();
    offer(vec![finish(&mut run)]);
    best.map(|literals| (literals, exact))
}

fn finish(run: &mut Literal) -> Literal {
    let mut literal = std::mem::replace(run, Literal { bytes: Vec::new(), fold: false });
    if literal.fold {
        literal.bytes.make_ascii_lowercase();
    }
    literal
}

/// Longer is rarer, fewer is cheaper.
fn worth(literals: &[Literal]) -> (usize, usize) {
    let shortest = literals.iter().map(|l| l.bytes.len()).min().unwrap_or(0);
    (shortest, usize::MAX - literals.len())
}

/// A class that is one ASCII letter in both cases (and what else folds to it).
fn single(hir: &Hir) -> Option<(u8, bool)> {
    let HirKind::Class(class) = hir.kind() else { return None };
    let mut ascii = Vec::new();
    let mut foreign = 0;
    match class {
        Class::Unicode(class) => {
            for range in class.ranges() {
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                if end - start > 3 {
                    return None;
                }
                for c in start..=end {
                    match u8::try_from(c) {
                        Ok(byte) if byte.is_ascii() => ascii.push(byte),
                        // U+017F folds to s, U+212A to k.
                        _ if c == 0x17f || c == 0x212a => foreign += 1,
                        _ => return None,
                    }
                }
            }
        }
        Class::Bytes(class) => {
            for range in class.ranges() {
                if range.end() - range.start() > 3 {
                    return None;
                }
                ascii.extend(range.start()..=range.end());
            }
        }
    }
    match ascii.as_slice() {
        [upper, lower] if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == *lower => {
            Some((*lower, true))
        }
        [one] if foreign == 0 => Some((*one, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::go_regex::Regex;

    use super::*;

    #[track_caller]
    fn check(pattern: &str, expected: &str) {
        let text = |literals: &[Literal]| {
            let texts: Vec<String> = literals
                .iter()
                .map(|l| {
                    let text = String::from_utf8_lossy(&l.bytes).into_owned();
                    if l.fold { format!("~{text}") } else { text }
                })
                .collect();
            texts.join("|")
        };
        let found = match Need::of(Regex::search(pattern).unwrap().hir()) {
            Need::Unknown => "?".to_owned(),
            Need::AnyOf(literals) => text(&literals),
            Need::Exactly(literals) => format!("={}", text(&literals)),
        };
        assert_eq!(found, expected, "{pattern}");
    }

    #[test]
    fn a_pattern_says_what_must_stand_in_the_line() {
        check("timeout|fail", "=timeout|fail");
        check("(?i)error", "~error");
        check("(?i)WARNING|error", "~warning|~error");
        check("failed.*Traceback", "Traceback");
        check("^abc$", "abc");
        check("seed=[0-9]{5}", "seed=");
        check("a|.*", "?");
        check("x*", "?");
        check("(abc)+", "abc");
        check("(?i)k1", "~k1");
        check("文本", "=文本");
        check("", "?");
    }
}
