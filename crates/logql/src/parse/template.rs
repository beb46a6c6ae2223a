use super::token::Token;
use crate::template::parse;
use crate::{QueryError, Span};

/// Whether the string `token` is a template. `template` is its content.
pub(super) fn check(template: &str, token: &Token<'_>) -> Result<(), QueryError> {
    parse(template).map(drop).map_err(|error| {
        // Escapes make content and text differ; then the whole string is shown.
        let verbatim = token.text.get(1..1 + template.len()) == Some(template);
        let at = token.span.start + 1 + error.offset.min(template.len());
        let span = if verbatim { Span::new(at, token.span.end - 1) } else { token.span };
        QueryError::new(span, format!("not a template: {}", error.message))
    })
}
