use super::input::Tokens;
use super::lexer::lex;
use super::metric;
use super::token::Kind;
use crate::ast::Expr;
use crate::{QueryError, Span};

/// More than anyone writes, and few enough for the stack of a browser's worker.
const MAX_DEPTH: usize = 100;
/// Chains such as `a or b or c` become as deep as they are long.
const MAX_OPERATORS: usize = 1000;
/// As Loki's.
const MAX_LENGTH: usize = 131_072;

/// Reads a query. The error has the place, what was expected there, and where the mistake is a
/// common one, its repair.
pub fn parse(text: &str) -> Result<Expr, QueryError> {
    if text.len() > MAX_LENGTH {
        return Err(QueryError::new(
            Span::new(0, text.len()),
            format!("the query has {} bytes, at most {MAX_LENGTH} are read", text.len()),
        ));
    }
    let mut tokens = lex(text);
    tokens.retain(|token| !matches!(token.kind, Kind::Comment));
    let (mut depth, mut operators) = (0_usize, 0);
    for token in &tokens {
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
        if depth > MAX_DEPTH || operators > MAX_OPERATORS {
            let message = "the query is nested deeper or longer than anything is read here";
            return Err(QueryError::new(token.span, message));
        }
    }
    metric::query(Tokens::new(&tokens))
}
