use super::token::Token;
use crate::template::parse;
use crate::{QueryError, Span};

/// How errors about a template begin.
pub(super) const REFUSED: &str = "not a template: ";

/// Whether the string `token` is a template. `template` is its content.
pub(super) fn check(template: &str, token: &Token<'_>) -> Result<(), QueryError> {
    parse(template).map(drop).map_err(|error| {
        // Escapes make content and text differ; then the whole string is shown.
        let verbatim = token.text.get(1..1 + template.len()) == Some(template);
        let at = token.span.start + 1 + error.offset.min(template.len());
        let message = format!("not a template: {}", error.message);
        match error.instead {
            Some((len, near)) if verbatim => {
                let span = Span::new(at, at + len);
                let title = format!("use {near}");
                QueryError::new(span, message).with_fix(span, near, title)
            }
            _ if verbatim => QueryError::new(Span::new(at, token.span.end - 1), message),
            _ => QueryError::new(token.span, message),
        }
    })
}
