use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Labels;
use crate::go_regex::{Regex, RegexError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MatchOp {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "=~")]
    Regex,
    #[serde(rename = "!~")]
    NotRegex,
}

impl MatchOp {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// One condition of a stream selector, such as `job=~"cosy.*"`. A label that is absent counts as
/// the empty string; a regex must match the whole value.
#[derive(Clone)]
pub struct Matcher {
    pub name: String,
    pub op: MatchOp,
    pub value: String,
    /// Some exactly for the two regex operators.
    regex: Option<Regex>,
}

impl Matcher {
    pub fn new(
        name: impl Into<String>,
        op: MatchOp,
        value: impl Into<String>,
    ) -> Result<Self, RegexError> {
        let value = value.into();
        let regex = match op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => Some(Regex::label(&value)?),
        };
        Ok(Self { name: name.into(), op, value, regex })
    }

    /// Whether a stream with these labels is meant.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.get(&self.name).unwrap_or(""))
    }

    pub fn matches_value(&self, value: &str) -> bool {
        match (self.op, &self.regex) {
            (MatchOp::NotEqual, _) => value != self.value,
            (MatchOp::Regex, Some(regex)) => regex.is_match(value.as_bytes()),
            (MatchOp::NotRegex, Some(regex)) => !regex.is_match(value.as_bytes()),
            (MatchOp::Equal | MatchOp::Regex | MatchOp::NotRegex, _) => value == self.value,
        }
    }

    /// A selector needs at least one matcher for which this is false.
    pub fn matches_empty(&self) -> bool {
        self.matches_value("")
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.op == other.op && self.value == other.value
    }
}

impl Eq for Matcher {}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.op.as_str())?;
        crate::selector::quote(f, &self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(op: MatchOp, pattern: &str, value: &str, expected: bool) {
        let matcher = Matcher::new("x", op, pattern).unwrap();
        assert_eq!(matcher.matches_value(value), expected, "{matcher} on {value:?}");
    }

    #[test]
    fn a_regex_matches_the_whole_value() {
        check(MatchOp::Regex, "cosy", "cosyvoice3", false);
        check(MatchOp::Regex, "cosy.*", "cosyvoice3", true);
        check(MatchOp::Regex, "a|b", "b", true);
        check(MatchOp::NotRegex, "a|b", "ab", true);
        check(MatchOp::Regex, ".*", "", true);
        check(MatchOp::Regex, ".+", "", false);
        check(MatchOp::NotEqual, "a", "", true);
    }
}
