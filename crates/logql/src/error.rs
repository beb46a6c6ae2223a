use serde::{Deserialize, Serialize};

use crate::Span;

/// A query text that cannot be read, or a query that cannot be run as asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The part of the text that is wrong.
    pub span: Span,
    /// Lower case, no full stop: what is wrong and what would be right.
    pub message: String,
    /// A replacement for `span`-like part of the text that would fix it.
    pub fix: Option<Fix>,
    /// The query can be run, only not over these entries: series that match each other in more
    /// than one way. Loki calls that its own failure.
    #[serde(default)]
    pub is_of_data: bool,
}

/// Replace `span` by `text` and the query is one step closer to right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    pub span: Span,
    pub text: String,
    /// "use = to compare a label", for the button.
    pub title: String,
}

impl QueryError {
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), fix: None, is_of_data: false }
    }

    /// An error that other entries would not have given.
    pub(crate) fn of_data(span: Span, message: impl Into<String>) -> Self {
        Self { is_of_data: true, ..Self::new(span, message) }
    }

    #[must_use]
    pub fn with_fix(
        mut self,
        span: Span,
        text: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        self.fix = Some(Fix { span, text: text.into(), title: title.into() });
        self
    }
}
