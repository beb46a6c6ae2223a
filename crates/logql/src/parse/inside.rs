//! Where in a string the mistake is: those who read its content know no escapes.

use super::literal::raw_len;
use super::regex;
use crate::template;
use crate::{QueryError, Span};

/// Narrows an error about the content of a string in double quotes to the place in it.
pub(super) fn narrowed(mut error: QueryError, text: &str) -> QueryError {
    let Some(inner) = text
        .get(error.span.start..error.span.end)
        .and_then(|literal| literal.strip_prefix('"')?.strip_suffix('"'))
    else {
        return error;
    };
    let Ok(content) = super::literal::unescape(inner) else { return error };
    let (mistake, instead) = if error.message.starts_with(regex::REFUSED) {
        (regex::mistake(&content), None)
    } else if error.message.starts_with(super::template::REFUSED) {
        match template::parse(&content) {
            Ok(_) => return error,
            Err(found) => match found.instead {
                Some((len, near)) => (Some((found.offset, found.offset + len)), Some(near)),
                None => (Some((found.offset, content.len())), None),
            },
        }
    } else {
        return error;
    };
    let Some((start, end)) = mistake else { return error };
    let place = |offset| error.span.start + 1 + raw_len(inner, offset);
    let span = Span::new(place(start), place(end).max(place(start)));
    // An empty place at the end of the text is the quote behind it.
    error.span = if span.start == span.end { Span::new(span.end, span.end + 1) } else { span };
    match instead {
        Some(near) => {
            let title = format!("use {near}");
            error.with_fix(span, near, title)
        }
        None => error,
    }
}
