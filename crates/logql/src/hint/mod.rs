//! What to say beside an answer that is right, but may not be what was meant. A hint never changes
//! the answer.

mod case;
mod fields;
mod selector;
mod series;

use std::collections::BTreeSet;
use std::fmt;

use model::Labels;

use crate::ast::Expr;

pub use case::{IgnoringCase, ignoring_case};
pub use fields::of_fields;
pub use selector::of_selector;
pub use series::of_series;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub kind: HintKind,
    /// The query that was probably meant.
    pub query: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HintKind {
    /// No stream has a label of this name.
    NoSuchLabel { name: String, nearest: Option<String> },
    /// No stream that the other matchers select has this value of the label.
    NoSuchValue { name: String, value: String, nearest: Option<String> },
    /// Every matcher selects some stream, but none is selected by all.
    NoSuchCombination,
    /// A template names a field that no line has.
    NoSuchField { name: String, nearest: Option<String> },
    /// A comparison looks at each series on its own.
    PerSeries,
    /// An exact search finds little where the same one, ignoring case, finds much.
    Case { words: String, exact: u64, found: u64 },
}

/// What to say beside an answer. `seen` are the names of all labels and fields of the lines shown,
/// `streams` all there are; where those are not known, nothing is said of them.
pub fn of_answer(
    text: &str,
    expr: &Expr,
    is_empty: bool,
    seen: &BTreeSet<&str>,
    streams: &[Labels],
) -> Vec<Hint> {
    let mut hints = Vec::new();
    if !streams.is_empty() {
        hints.extend(of_selector(text, expr, streams).filter(|_| is_empty));
        hints.extend(of_series(text, expr, streams));
    }
    hints.extend(of_fields(text, expr, seen));
    hints
}

impl HintKind {
    /// An exact search that finds `exact` lines, and `found` ignoring case: None where the
    /// difference is too small to speak of.
    pub fn of_counts(words: &str, exact: u64, found: u64) -> Option<Self> {
        let large = exact == 0 || found >= exact.saturating_mul(2) && found - exact > 9;
        (found > exact && large).then(|| Self::Case { words: words.to_owned(), exact, found })
    }
}

/// The sentence for terminals and logs: lower case, no full stop.
impl fmt::Display for HintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchLabel { name, nearest } => {
                write!(f, "no stream has a label {name}")?;
                meant(f, nearest.as_deref())
            }
            Self::NoSuchValue { name, value, nearest } => {
                write!(f, "no stream has {name} {value:?}")?;
                meant(f, nearest.as_deref())
            }
            Self::NoSuchCombination => {
                f.write_str("each of these labels exists, but no stream has all of them")
            }
            Self::NoSuchField { name, nearest } => {
                write!(f, "no line of these has a field {name}, the template leaves it empty")?;
                meant(f, nearest.as_deref())
            }
            Self::PerSeries => {
                f.write_str("the comparison looks at each series on its own, not at their total")
            }
            Self::Case { words, exact, found } => {
                write!(f, "{words} stands in {exact} lines as written, in {found} ignoring case")
            }
        }
    }
}

fn meant(f: &mut fmt::Formatter<'_>, nearest: Option<&str>) -> fmt::Result {
    match nearest {
        Some(nearest) => write!(f, "; did you mean {nearest}?"),
        None => Ok(()),
    }
}

/// The name that `typed` most likely means.
fn nearest(typed: &str, known: &[&str]) -> Option<String> {
    model::nearest(typed, known).map(str::to_owned)
}
