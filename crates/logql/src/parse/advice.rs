use crate::print::quote;
use crate::{QueryError, Span};

/// What is wrong with the content of a string, by those who do not know where it stands.
pub(super) struct Advice {
    pub message: String,
    /// What to write in the string instead.
    pub instead: Option<String>,
}

impl From<String> for Advice {
    fn from(message: String) -> Self {
        Self { message, instead: None }
    }
}

impl Advice {
    /// For the string literal at `span`.
    pub fn at(self, span: Span) -> QueryError {
        let error = QueryError::new(span, self.message);
        match self.instead {
            Some(text) => {
                let text = quote(&text);
                let title = format!("write {text}");
                error.with_fix(span, text, title)
            }
            None => error,
        }
    }
}
