use model::{MatchOp, Matcher};

use crate::{QueryError, Span, gosyntax};

/// A matcher whose value stood at `span`.
pub(super) fn matcher(
    name: String,
    op: MatchOp,
    value: String,
    span: Span,
) -> Result<Matcher, QueryError> {
    if matches!(op, MatchOp::Regex | MatchOp::NotRegex) {
        check(&value, span)?;
    }
    Matcher::new(name, op, value).map_err(|error| QueryError::new(span, error.to_string()))
}

/// Whether `pattern` is a regular expression; `span` is where the string stood.
pub(super) fn check(pattern: &str, span: Span) -> Result<(), QueryError> {
    gosyntax::text_regex(pattern)
        .map(drop)
        .map_err(|error| QueryError::new(span, format!("not a regular expression: {error}")))
}

/// The rules of the `regexp` stage: it has to yield labels.
pub(super) fn check_captures(pattern: &str, span: Span) -> Result<(), QueryError> {
    check(pattern, span)?;
    if gosyntax::text_regex(pattern)
        .is_ok_and(|regex| regex.capture_names().flatten().next().is_none())
    {
        return Err(QueryError::new(
            span,
            "the regular expression names no label, expected a group such as `(?P<name>…)`",
        ));
    }
    Ok(())
}
