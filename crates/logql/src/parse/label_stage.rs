use model::MatchOp;
use nom::Parser;
use nom::combinator::cut;
use nom::multi::separated_list1;

use super::input::{Res, Tokens, name, symbol, text, wrong};
use super::label_filter::{Comparison, compare_op};
use super::token::Kind;
use super::{regex, template};
use crate::QueryError;
use crate::ast::{CompareOp, LabelFormat, LabelFormatValue, LabelPick, StageKind};

/// `line_format "{{.a}}"`, after its name.
pub(super) fn line_format(i: Tokens<'_>) -> Res<'_, StageKind> {
    let token = i.peek();
    let (i, (text, _)) = cut(text).parse(i)?;
    match template::check(&text, &token) {
        Ok(()) => Ok((i, StageKind::LineFormat(text))),
        Err(error) => wrong(error),
    }
}

/// `label_format a=b, c="{{.d}}"`, after its name.
pub(super) fn label_format(i: Tokens<'_>) -> Res<'_, StageKind> {
    let (mut i, first) = cut(assignment).parse(i)?;
    let mut formats = vec![first];
    while i.peek().is_symbol(",") {
        let at = i.nth(1).span;
        let (after, next) = cut(assignment).parse(i.skip(1))?;
        if formats.iter().any(|format| format.name == next.name) {
            let message = format!("`{}` is set twice in one label_format", next.name);
            return wrong(QueryError::new(at, message));
        }
        formats.push(next);
        i = after;
    }
    Ok((i, StageKind::LabelFormat(formats)))
}

fn assignment(i: Tokens<'_>) -> Res<'_, LabelFormat> {
    let (i, (name, name_span)) = name(i)?;
    if name == "__error__" {
        return wrong(QueryError::new(name_span, "`__error__` cannot be set, only dropped"));
    }
    let token = i.peek();
    if token.is_symbol("==") {
        return wrong(i.unexpected("`=`").with_fix(token.span, "=", "set with one ="));
    }
    let (i, _) = symbol("=")(i)?;
    let token = i.peek();
    let value = match &token.kind {
        Kind::Ident(label) => LabelFormatValue::Rename((*label).to_owned()),
        Kind::Text(text) => match template::check(text, &token) {
            Ok(()) => LabelFormatValue::Template(text.clone()),
            Err(error) => return wrong(error),
        },
        _ => return i.no("a label to rename, or a template in quotes"),
    };
    Ok((i.skip(1), LabelFormat { name, value }))
}

/// `drop a, level="debug"` and `keep` alike, after the name.
pub(super) fn picks(i: Tokens<'_>) -> Res<'_, Vec<LabelPick>> {
    separated_list1(symbol(","), cut(pick)).parse(i)
}

fn pick(i: Tokens<'_>) -> Res<'_, LabelPick> {
    let (i, (name, _)) = name(i)?;
    let op = match compare_op(&i.peek()) {
        None => return Ok((i, LabelPick::Name(name))),
        Some(Comparison::Single) => MatchOp::Equal,
        Some(Comparison::Text(op)) => op,
        Some(Comparison::Number(CompareOp::NotEqual)) => MatchOp::NotEqual,
        Some(Comparison::Number(_)) => {
            return wrong(i.unexpected("`=`, `!=`, `=~` or `!~` to compare the label's text"));
        }
    };
    let (i, (value, span)) = cut(text).parse(i.skip(1))?;
    match regex::matcher(name, op, value, span) {
        Ok(matcher) => Ok((i, LabelPick::Match(matcher))),
        Err(error) => wrong(error),
    }
}
