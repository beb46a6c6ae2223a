use std::fmt;

use model::nearest;
use serde::de;

use crate::Mark;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// None only while the place is not known yet; what the crate hands out has one.
    pub mark: Option<Mark>,
    pub message: String,
}

impl Problem {
    pub fn new(mark: Mark, message: impl Into<String>) -> Self {
        Self { mark: Some(mark), message: message.into() }
    }

    /// Puts it at `mark` unless an inner part knew better.
    pub(crate) fn at(self, mark: Mark) -> Self {
        Self { mark: self.mark.or(Some(mark)), ..self }
    }

    /// `promtail.yaml:4:7: …`, as editors and people find it.
    pub fn in_file(&self, file: &str) -> String {
        format!("{file}:{self}")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mark {
            Some(mark) => write!(f, "{mark}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { mark: None, message: message.to_string() }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { mark: None, message: unknown("key", field, expected) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self { mark: None, message: unknown("name", variant, expected) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { mark: None, message: format!("the key {field:?} is missing") }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self { mark: None, message: format!("the key {field:?} is there twice") }
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self { mark: None, message: format!("{} where {expected} is expected", shown(unexpected)) }
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self { mark: None, message: format!("{} where {expected} is expected", shown(unexpected)) }
    }
}

fn shown(unexpected: de::Unexpected<'_>) -> String {
    match unexpected {
        de::Unexpected::Map => "a mapping".to_owned(),
        de::Unexpected::Seq => "a list".to_owned(),
        de::Unexpected::Unit => "nothing".to_owned(),
        de::Unexpected::Str(text) => format!("{text:?}"),
        de::Unexpected::Signed(number) => number.to_string(),
        de::Unexpected::Unsigned(number) => number.to_string(),
        other => other.to_string(),
    }
}

fn unknown(what: &str, typed: &str, expected: &[&str]) -> String {
    match nearest(typed, expected) {
        Some(meant) => format!("unknown {what} {typed:?}, did you mean {meant:?}?"),
        None => format!("unknown {what} {typed:?}, expected one of {}", expected.join(", ")),
    }
}
