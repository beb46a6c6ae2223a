use model::{MatchOp, Matcher};
use nom::Parser;
use nom::combinator::cut;
use nom::sequence::preceded;

use super::input::{Res, Tokens, name, symbol, text, wrong};
use super::regex;
use super::token::Kind;
use crate::{QueryError, Span};

/// `{job="a", level=~"b|c"}`
pub(super) fn selector(i: Tokens<'_>) -> Res<'_, (Vec<Matcher>, Span)> {
    let start = i.at();
    let (i, _) = symbol("{")(i)?;
    let mut rest = i;
    let mut matchers = Vec::new();
    if i.peek().is_symbol(",") {
        let comma = i.peek().span;
        let error = i.unexpected("the name of a label");
        return wrong(error.with_fix(comma, "", "remove the comma"));
    }
    if !i.peek().is_symbol("}") {
        let (after, first) = cut(matcher).parse(i)?;
        matchers.push(first);
        rest = after;
        while rest.peek().is_symbol(",") {
            let (after, next) = after_comma(rest)?;
            matchers.push(next);
            rest = after;
        }
    }
    let (i, _) = close(rest, start)?;
    let span = i.since(start);
    if matchers.iter().all(Matcher::matches_empty) {
        return wrong(selects_nothing(span, &matchers));
    }
    Ok((i, (matchers, span)))
}

fn after_comma(i: Tokens<'_>) -> Res<'_, Matcher> {
    let comma = i.peek().span;
    let (after, _) = symbol(",")(i)?;
    if after.peek().is_symbol("}") {
        let error = QueryError::new(comma, "no comma after the last matcher");
        return wrong(error.with_fix(comma, "", "remove the comma"));
    }
    cut(preceded(symbol(","), matcher)).parse(i)
}

fn close(i: Tokens<'_>, start: usize) -> Res<'_, Span> {
    let token = i.peek();
    if token.is_symbol("}") {
        return Ok((i.skip(1), token.span));
    }
    let open = Span::new(start, start + 1);
    let here = Span::new(i.before, i.before);
    match token.kind {
        Kind::Bad(error) => wrong(*error),
        Kind::Ident(_) if token.is_word("and") => {
            let error = i.unexpected("`,` or `}`");
            wrong(error.with_fix(Span::new(i.before, token.span.end), ",", "use a comma"))
        }
        // In `{a="b, c="d"}` the first text ends where the second should begin.
        Kind::Ident(_) if token.span.start == i.before => {
            wrong(i.unexpected("`,` or `}`; is a quote missing before this?"))
        }
        Kind::Ident(_) => wrong(i.unexpected("`,` or `}`").with_fix(
            here,
            ",",
            "put a comma between the matchers",
        )),
        Kind::Symbol(";" | "&") => {
            wrong(i.unexpected("`,` or `}`").with_fix(token.span, ",", "use a comma"))
        }
        Kind::Symbol("|" | "|=" | "|~" | "|>" | "!=" | "!~" | "!>")
        | Kind::Range(_)
        | Kind::End => {
            let error = QueryError::new(open, "this { is never closed, expected `,` or `}`");
            wrong(error.with_fix(here, "}", "close the selector"))
        }
        _ => wrong(i.unexpected("`,` or `}`")),
    }
}

fn matcher(i: Tokens<'_>) -> Res<'_, Matcher> {
    let (i, (name, _)) = name(i)?;
    let token = i.peek();
    let op = match token.kind {
        Kind::Symbol("=") => MatchOp::Equal,
        Kind::Symbol("!=") => MatchOp::NotEqual,
        Kind::Symbol("=~") => MatchOp::Regex,
        Kind::Symbol("!~") => MatchOp::NotRegex,
        Kind::Symbol("==") => {
            let error = i.unexpected("`=`, `!=`, `=~` or `!~`");
            return wrong(error.with_fix(token.span, "=", "compare with ="));
        }
        Kind::Symbol("~" | "|~") => {
            let error = i.unexpected("`=`, `!=`, `=~` or `!~`");
            return wrong(error.with_fix(token.span, "=~", "match a regular expression with =~"));
        }
        Kind::Symbol(":") => {
            let error = i.unexpected("`=`, `!=`, `=~` or `!~`");
            return wrong(error.with_fix(token.span, "=", "compare with ="));
        }
        Kind::Symbol("}" | ",") => {
            let here = Span::new(i.before, i.before);
            let error = i.unexpected("`=`, `!=`, `=~` or `!~`");
            return wrong(error.with_fix(here, "=~\".+\"", "any value"));
        }
        _ => return i.no("`=`, `!=`, `=~` or `!~`"),
    };
    let (i, (value, span)) = cut(text).parse(i.skip(1))?;
    match regex::matcher(name, op, value, span) {
        Ok(matcher) => Ok((i, matcher)),
        Err(error) => wrong(error),
    }
}

fn selects_nothing(span: Span, matchers: &[Matcher]) -> QueryError {
    let error = QueryError::new(
        span,
        "the selector does not narrow anything down, expected at least one matcher that an \
         absent label does not pass, such as job=~\".+\"",
    );
    let mut text: String = matchers.iter().map(|matcher| format!(", {matcher}")).collect();
    text.insert_str(0, "{job=~\".+\"");
    text.push('}');
    error.with_fix(span, text, "all streams that have a job")
}
