use nom::Parser;
use nom::combinator::{cut, map, opt};
use nom::multi::{many0, separated_list1};
use nom::sequence::preceded;

use super::advice::Advice;
use super::input::{Res, Tokens, name, symbol, text, wrong};
use super::label_filter::{
    Comparison, compare_op, ip_call, is_ip_call, label_filter, starts_filter,
};
use super::token::Kind;
use super::words::{STAGES, stands_alone};
use super::{json_path, label_stage, line_pattern, regex};
use crate::ast::{Extraction, LineOp, LineValue, Stage, StageKind};
use crate::{QueryError, Span};

/// The stages after a selector, up to an `unwrap` or whatever else is none.
pub(super) fn pipeline(i: Tokens<'_>) -> Res<'_, Vec<Stage>> {
    many0(stage).parse(i)
}

pub(super) fn stage(i: Tokens<'_>) -> Res<'_, Stage> {
    let start = i.at();
    if starts_unwrap(i) {
        return i.no("a stage");
    }
    let (i, kind) =
        if i.peek().is_symbol("|") { cut(after_pipe).parse(i.skip(1))? } else { line_filter(i)? };
    Ok((i, Stage { kind, span: i.since(start) }))
}

/// Whether an `unwrap` comes, and not a label of that name that is compared.
pub(super) fn starts_unwrap(i: Tokens<'_>) -> bool {
    i.peek().is_symbol("|") && i.nth(1).is_word("unwrap") && compare_op(&i.nth(2)).is_none()
}

fn line_op(i: Tokens<'_>) -> Option<LineOp> {
    let Kind::Symbol(symbol) = i.peek().kind else { return None };
    Some(match symbol {
        "|=" => LineOp::Contains,
        "!=" => LineOp::NotContains,
        "|~" => LineOp::Matches,
        "!~" => LineOp::NotMatches,
        "|>" => LineOp::Pattern,
        "!>" => LineOp::NotPattern,
        _ => return None,
    })
}

/// `|= "a" or ip("10.0.0.0/8")`
fn line_filter(i: Tokens<'_>) -> Res<'_, StageKind> {
    let Some(op) = line_op(i) else { return i.no("a line filter") };
    let (mut i, first) = cut(|i| line_value(i, op)).parse(i.skip(1))?;
    let mut values = vec![first];
    while i.peek().is_word("or") {
        let (after, value) = cut(|i| line_value(i, op)).parse(i.skip(1))?;
        values.push(value);
        i = after;
    }
    Ok((i, StageKind::LineFilter { op, values }))
}

fn line_value(i: Tokens<'_>, op: LineOp) -> Res<'_, LineValue> {
    if is_ip_call(i) {
        if !matches!(op, LineOp::Contains | LineOp::NotContains) {
            return wrong(i.unexpected("a text in quotes; ip(…) goes with `|=` and `!=` only"));
        }
        return map(ip_call, LineValue::Ip).parse(i);
    }
    if i.peek().is_symbol("(") {
        return wrong(no_parentheses(i));
    }
    let (after, (value, span)) = text(i)?;
    let checked = match op {
        LineOp::Contains | LineOp::NotContains => Ok(()),
        LineOp::Matches | LineOp::NotMatches => regex::check(&value, span),
        LineOp::Pattern | LineOp::NotPattern => {
            line_pattern::check_filter(&value).map_err(|advice| advice.at(span))
        }
    };
    match checked {
        Ok(()) => Ok((after, LineValue::Text(value))),
        Err(error) => wrong(error),
    }
}

fn after_pipe(i: Tokens<'_>) -> Res<'_, StageKind> {
    let token = i.peek();
    let Kind::Ident(word) = token.kind else { return without_name(i) };
    let word = word.to_lowercase();
    let rest = i.skip(1);
    let next = i.nth(1);
    let compared = starts_filter(i) && !(stands_alone(&word) && line_op(rest).is_some());
    if compared {
        return map(label_filter, StageKind::LabelFilter).parse(i);
    }
    match word.as_str() {
        "json" => map(extractions(json_path_of), StageKind::Json).parse(rest),
        "logfmt" => logfmt(rest),
        "pattern" => {
            let (after, (pattern, span)) = cut(text).parse(rest)?;
            checked(
                after,
                line_pattern::stage_pattern(&pattern).map(drop).map_err(Advice::from),
                span,
                StageKind::Pattern(pattern),
            )
        }
        "regexp" => {
            let (after, (pattern, span)) = cut(text).parse(rest)?;
            match regex::check_captures(&pattern, span) {
                Ok(()) => Ok((after, StageKind::Regexp(pattern))),
                Err(error) => wrong(error),
            }
        }
        "unpack" => Ok((rest, StageKind::Unpack)),
        "decolorize" => Ok((rest, StageKind::Decolorize)),
        "line_format" => label_stage::line_format(rest),
        "label_format" => label_stage::label_format(rest),
        "drop" => map(label_stage::picks, StageKind::Drop).parse(rest),
        "keep" => map(label_stage::picks, StageKind::Keep).parse(rest),
        _ => {
            // `a.b = "c"` and `a =`: half a label filter, which knows better what is missing.
            if matches!(next.kind, Kind::Symbol(_) | Kind::Bad(_))
                && !next.is_symbol("|")
                && model::nearest(&word, &STAGES).is_none()
            {
                return map(label_filter, StageKind::LabelFilter).parse(i);
            }
            wrong(unknown_stage(i, &word))
        }
    }
}

fn unknown_stage(i: Tokens<'_>, word: &str) -> QueryError {
    let span = i.peek().span;
    if let Some(known) = model::nearest(word, &STAGES) {
        let message = format!("`{word}` is no stage, did you mean `{known}`?");
        return QueryError::new(span, message).with_fix(span, known, format!("use {known}"));
    }
    let error = QueryError::new(
        span,
        format!(
            "`{word}` is no stage, expected a parser such as `json`, a format, or a label filter \
             such as `{word}=\"…\"`"
        ),
    );
    let next = i.nth(1);
    match compare_op(&i.nth(2)) {
        Some(Comparison::Single) if word == "not" => {
            let negated = format!("{}!=", next.text);
            error.with_fix(span.to(i.nth(2).span), negated, "use !=")
        }
        Some(_) if matches!(next.kind, Kind::Ident(_)) => {
            error.with_fix(Span::new(span.start, next.span.start), "", "leave it out")
        }
        _ if matches!(next.kind, Kind::End | Kind::Symbol("|") | Kind::Range(_)) => {
            error.with_fix(span, format!("{}!=\"\"", i.peek().text), "entries that have it")
        }
        _ => error,
    }
}

/// After a `|` that no name follows.
fn without_name(i: Tokens<'_>) -> Res<'_, StageKind> {
    let token = i.peek();
    if token.is_symbol("|") && matches!(i.nth(1).kind, Kind::Text(_)) {
        let pipes = Span::new(i.before.saturating_sub(1), token.span.end);
        let error = QueryError::new(pipes, "to keep lines that hold a text write `|=`");
        return wrong(error.with_fix(pipes, "|=", "keep lines that hold this text"));
    }
    let pipe = Span::new(i.before.saturating_sub(1), i.before);
    match token.kind {
        Kind::Symbol("(") => map(label_filter, StageKind::LabelFilter).parse(i),
        Kind::Symbol(
            symbol @ ("=" | "~" | ">" | "=~" | "|=" | "|~" | "|>" | "!=" | "!~" | "!>"),
        ) => {
            let meant = match symbol {
                "=" => "|=",
                "~" | "=~" => "|~",
                ">" => "|>",
                whole => whole,
            };
            let error = QueryError::new(
                pipe.to(token.span),
                format!("`|` and `{symbol}` do not go together, the line filter is `{meant}`"),
            );
            wrong(error.with_fix(pipe.to(token.span), meant, format!("use {meant}")))
        }
        Kind::Text(_) => {
            let error = i.unexpected("a stage; to keep lines that hold a text write `|=`");
            wrong(error.with_fix(pipe, "|=", "keep lines that hold this text"))
        }
        Kind::End => wrong(i.unexpected("a stage after `|`").with_fix(pipe, "", "remove the |")),
        _ => wrong(i.unexpected("a stage such as `json`, or a label filter")),
    }
}

fn checked<'a, T>(i: Tokens<'a>, result: Result<(), Advice>, span: Span, value: T) -> Res<'a, T> {
    match result {
        Ok(()) => Ok((i, value)),
        Err(advice) => wrong(advice.at(span)),
    }
}

/// `("a" or "b")`, without the parentheses.
fn no_parentheses(i: Tokens<'_>) -> QueryError {
    let error = i.unexpected("a text in quotes");
    let words: Vec<_> = i.all.iter().skip(1).take_while(|word| !word.is_symbol(")")).collect();
    let texts = words.iter().all(|word| matches!(word.kind, Kind::Text(_)) || word.is_word("or"));
    match i.all.get(words.len() + 1) {
        Some(close) if texts && close.is_symbol(")") => {
            let inner: Vec<&str> = words.iter().map(|word| word.text).collect();
            error.with_fix(i.peek().span.to(close.span), inner.join(" "), "without parentheses")
        }
        _ => error,
    }
}

fn logfmt(i: Tokens<'_>) -> Res<'_, StageKind> {
    let (mut strict, mut keep_empty) = (false, false);
    let mut i = i;
    while let Kind::Flag(flag) = i.peek().kind {
        match flag {
            "strict" => strict = true,
            _ => keep_empty = true,
        }
        i = i.skip(1);
    }
    if i.peek().is_symbol("-") {
        let span = i.peek().span.to(if i.nth(1).is_symbol("-") { i.nth(2) } else { i.nth(1) }.span);
        let error = QueryError::new(span, "logfmt knows the flags `--strict` and `--keep-empty`");
        return wrong(error.with_fix(span, "--strict", "mark broken lines with __error__"));
    }
    let (i, extractions) = extractions(json_path::check_logfmt_key)(i)?;
    if matches!(i.peek().kind, Kind::Flag(_)) {
        return wrong(i.unexpected("the flags of logfmt before its labels"));
    }
    Ok((i, StageKind::Logfmt { strict, keep_empty, extractions }))
}

fn json_path_of(path: &str) -> Result<(), Advice> {
    json_path(path).map(drop).map_err(Advice::from)
}

/// `a="x.y", b` or nothing.
fn extractions<'a>(
    check: fn(&str) -> Result<(), Advice>,
) -> impl Fn(Tokens<'a>) -> Res<'a, Vec<Extraction>> {
    move |i| {
        if !matches!(i.peek().kind, Kind::Ident(_)) {
            return Ok((i, Vec::new()));
        }
        let one = |i| extraction(i, check);
        separated_list1(symbol(","), cut(one)).parse(i)
    }
}

fn extraction(i: Tokens<'_>, check: fn(&str) -> Result<(), Advice>) -> Res<'_, Extraction> {
    let (i, (name, _)) = name(i)?;
    let (i, path) = opt(preceded(symbol("="), cut(text))).parse(i)?;
    let Some((path, span)) = path else {
        return Ok((i, Extraction { path: name.clone(), name }));
    };
    checked(i, check(&path), span, Extraction { name, path })
}
