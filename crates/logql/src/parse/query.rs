use model::Matcher;

use super::input::Tokens;
use super::inside;
use super::lexer::lex;
use super::metric;
use super::token::{Kind, Token};
use crate::ast::Expr;
use crate::limits::{MAX_DEPTH, MAX_OPERATORS, MAX_QUERY_BYTES, MAX_REGEXES};
use crate::{QueryError, Span};

/// Reads a query. The error has the place, what was expected there, and where the mistake is a
/// common one, its repair.
pub fn parse(text: &str) -> Result<Expr, QueryError> {
    if text.len() > MAX_QUERY_BYTES {
        return Err(QueryError::new(
            Span::new(0, text.len()),
            format!("the query has {} bytes, at most {MAX_QUERY_BYTES} are read", text.len()),
        ));
    }
    let mut tokens = lex(text);
    tokens.retain(|token| !matches!(token.kind, Kind::Comment));
    let (mut depth, mut operators, mut regexes) = (0_usize, 0, 0);
    for token in &tokens {
        regexes += usize::from(brings_regex(token));
        match token.kind {
            Kind::Symbol("(") => depth += 1,
            Kind::Symbol(")") => depth = depth.saturating_sub(1),
            Kind::Symbol(
                "+" | "-" | "*" | "/" | "%" | "^" | "==" | "!=" | ">" | ">=" | "<" | "<=" | "="
                | "=~" | "!~" | ",",
            ) => operators += 1,
            Kind::Ident(_) if token.is_word("or") || token.is_word("and") => operators += 1,
            _ => {}
        }
        let message = if depth > MAX_DEPTH {
            format!("the query is nested deeper than {MAX_DEPTH} parentheses, which is not read")
        } else if operators > MAX_OPERATORS {
            format!("the query has more than {MAX_OPERATORS} operators, which is not read")
        } else if regexes > MAX_REGEXES {
            format!("the query has more than {MAX_REGEXES} regular expressions, which is not read")
        } else {
            continue;
        };
        return Err(QueryError::new(token.span, message));
    }
    metric::query(Tokens::new(&tokens)).map_err(|error| inside::narrowed(error, text))
}

/// The matchers of a text that selects streams; None: it is a query that says more than that.
pub fn parse_selector(text: &str) -> Result<Option<Vec<Matcher>>, QueryError> {
    match parse(text)? {
        Expr::Log(log) if log.pipeline.is_empty() => Ok(Some(log.selector)),
        Expr::Log(_) | Expr::Metric(_) => Ok(None),
    }
}

fn brings_regex(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Symbol(symbol) => matches!(symbol, "=~" | "!~" | "|~"),
        _ => token.is_word("regexp") || token.is_word("label_replace"),
    }
}
