use model::MatchOp;
use nom::Parser;
use nom::combinator::cut;
use nom::sequence::delimited;

use super::input::{Res, Tokens, name, symbol, text, wrong};
use super::regex;
use super::token::{Kind, Token};
use crate::ast::{CompareOp, LabelFilter};
use crate::ip::IpRange;
use crate::{QueryError, Span};

/// `level="error" and rtf > 1 or seed = 42`.
///
/// `and` binds closer than `or`. A comma, or nothing at all, means `and` too, but binds otherwise:
/// to the one filter before it and to everything after it, as in Loki.
pub(super) fn label_filter(i: Tokens<'_>) -> Res<'_, LabelFilter> {
    joined(i, OR)
}

const OR: u8 = 0;
const AND: u8 = 1;

/// Reads what is joined by words that bind at least as strong as `least`.
fn joined(i: Tokens<'_>, least: u8) -> Res<'_, LabelFilter> {
    let (mut i, mut left) = one(i)?;
    loop {
        let token = i.peek();
        let comma = token.is_symbol(",");
        let (after, right, and) = if comma || starts_filter(i) {
            let (after, right) = cut(label_filter).parse(if comma { i.skip(1) } else { i })?;
            (after, right, true)
        } else if token.is_word("and") && least <= AND {
            let (after, right) = cut(|i| joined(i, AND + 1)).parse(i.skip(1))?;
            (after, right, true)
        } else if token.is_word("or") && least == OR {
            let (after, right) = cut(|i| joined(i, AND)).parse(i.skip(1))?;
            (after, right, false)
        } else {
            return Ok((i, left));
        };
        let (one, other) = (Box::new(left), Box::new(right));
        left = if and { LabelFilter::And(one, other) } else { LabelFilter::Or(one, other) };
        i = after;
    }
}

/// Whether a label filter starts here: a name with a comparison, or a parenthesis.
pub(super) fn starts_filter(i: Tokens<'_>) -> bool {
    match i.peek().kind {
        Kind::Symbol("(") => true,
        Kind::Ident(_) => !is_joint(i) && compare_op(&i.nth(1)).is_some(),
        _ => false,
    }
}

/// `and` or `or`, which a filter on a label of that name is not.
fn is_joint(i: Tokens<'_>) -> bool {
    i.peek().is_word("or") || i.peek().is_word("and")
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Comparison {
    /// `=` compares both text and numbers.
    Single,
    Number(CompareOp),
    Text(MatchOp),
}

pub(super) fn compare_op(token: &Token<'_>) -> Option<Comparison> {
    let Kind::Symbol(symbol) = token.kind else { return None };
    Some(match symbol {
        "=" => Comparison::Single,
        "==" => Comparison::Number(CompareOp::Equal),
        "!=" => Comparison::Number(CompareOp::NotEqual),
        ">" => Comparison::Number(CompareOp::Greater),
        ">=" => Comparison::Number(CompareOp::GreaterEqual),
        "<" => Comparison::Number(CompareOp::Less),
        "<=" => Comparison::Number(CompareOp::LessEqual),
        "=~" => Comparison::Text(MatchOp::Regex),
        "!~" => Comparison::Text(MatchOp::NotRegex),
        _ => return None,
    })
}

fn one(i: Tokens<'_>) -> Res<'_, LabelFilter> {
    if i.peek().is_symbol("(") {
        let open = i.peek().span;
        let (after, inner) = cut(label_filter).parse(i.skip(1))?;
        if matches!(after.peek().kind, Kind::End | Kind::Range(_) | Kind::Symbol("|")) {
            let here = Span::new(after.before, after.before);
            let error = QueryError::new(open, "this ( is never closed, expected `)`");
            return wrong(error.with_fix(here, ")", "close the parenthesis"));
        }
        let (after, _) = cut(symbol(")")).parse(after)?;
        return Ok((after, inner));
    }
    let (after, (name, _)) = name(i)?;
    let token = after.peek();
    let Some(op) = compare_op(&token) else {
        return match token.kind {
            Kind::Symbol(symbol @ ("." | "-" | ":")) => {
                let message =
                    format!("a label name cannot hold `{symbol}`, write `_` in its place");
                let error = QueryError::new(token.span, message);
                wrong(error.with_fix(token.span, "_", "use _"))
            }
            _ => after.no("a comparison such as `=\"…\"` or `> 5`"),
        };
    };
    value(after.skip(1), name, op, token.span)
}

/// What stands right of a comparison.
fn value<'a>(
    i: Tokens<'a>,
    name: String,
    comparison: Comparison,
    op_span: Span,
) -> Res<'a, LabelFilter> {
    let op = match comparison {
        Comparison::Single => CompareOp::Equal,
        Comparison::Number(op) => op,
        Comparison::Text(_) => return text_value(i, name, comparison, op_span),
    };
    let sign = match i.peek().kind {
        Kind::Symbol("-") => -1,
        Kind::Symbol("+") => 1,
        _ => 0,
    };
    let at = if sign == 0 { i } else { i.skip(1) };
    let filter = match at.peek().kind {
        Kind::Number { value, .. } => {
            LabelFilter::Number { name, op, value: if sign < 0 { -value } else { value } }
        }
        Kind::Duration(ns) => {
            LabelFilter::Duration { name, op, ns: if sign < 0 { -ns } else { ns } }
        }
        Kind::Bytes(bytes) if sign == 0 => LabelFilter::Bytes { name, op, bytes },
        Kind::Ident(_) if is_ip_call(at) => return ip_value(at, name, op),
        Kind::Text(_) if sign == 0 => return text_value(at, name, comparison, op_span),
        Kind::Ident(_) if sign == 0 && matches!(op, CompareOp::Equal | CompareOp::NotEqual) => {
            return text_value(at, name, comparison, op_span);
        }
        _ => {
            let ordered = !matches!(op, CompareOp::Equal | CompareOp::NotEqual);
            let text = if ordered { "" } else { "a text in quotes, " };
            let expected = format!("{text}a number, a duration or a size to compare `{name}` with");
            return wrong(at.unexpected(&expected));
        }
    };
    Ok((at.skip(1), filter))
}

/// Whether `ip(` stands here.
pub(super) fn is_ip_call(i: Tokens<'_>) -> bool {
    i.peek().is_word("ip") && i.nth(1).is_symbol("(")
}

fn text_value<'a>(
    i: Tokens<'a>,
    name: String,
    op: Comparison,
    op_span: Span,
) -> Res<'a, LabelFilter> {
    let (after, (value, span)) = cut(text).parse(i)?;
    let op = match op {
        Comparison::Single => MatchOp::Equal,
        Comparison::Text(op) => op,
        Comparison::Number(CompareOp::NotEqual) => MatchOp::NotEqual,
        Comparison::Number(CompareOp::Equal) => {
            let error = QueryError::new(op_span, "a text is compared with one `=`");
            return wrong(error.with_fix(op_span, "=", "compare with ="));
        }
        Comparison::Number(_) => {
            let error = i.unexpected("a number, a duration or a size");
            return wrong(match super::literal::number(&value) {
                Ok(_) => error.with_fix(span, value, "remove the quotes"),
                Err(_) => error,
            });
        }
    };
    match regex::matcher(name, op, value, span) {
        Ok(matcher) => Ok((after, LabelFilter::Match(matcher))),
        Err(error) => wrong(error),
    }
}

/// `ip("10.0.0.0/8")`
fn ip_value(i: Tokens<'_>, name: String, op: CompareOp) -> Res<'_, LabelFilter> {
    let negated = match op {
        CompareOp::Equal => false,
        CompareOp::NotEqual => true,
        _ => return wrong(i.unexpected("a number; ip(…) is compared with `=` or `!=`")),
    };
    let (i, pattern) = ip_call(i)?;
    Ok((i, LabelFilter::Ip { name, negated, pattern }))
}

/// `ip("…")` with an address, a network or a range of addresses.
pub(super) fn ip_call(i: Tokens<'_>) -> Res<'_, String> {
    let quoted = delimited(symbol("("), text, symbol(")"));
    let (i, (pattern, span)) = cut(quoted).parse(i.skip(1))?;
    match IpRange::parse(&pattern) {
        Ok(_) => Ok((i, pattern)),
        Err(message) => wrong(QueryError::new(span, message)),
    }
}
