use nom::Parser;
use nom::combinator::{cut, opt};
use nom::multi::separated_list0;
use nom::sequence::delimited;

use super::input::{Res, Tokens, keyword, name, symbol, wrong};
use super::label_filter::label_filter;
use super::selector::selector;
use super::stage::{stage, starts_unwrap};
use super::token::Kind;
use crate::ast::{
    Conversion, Grouping, LabelFilter, LogExpr, RangeAggregation, RangeOp, Stage, Unwrap,
};
use crate::{QueryError, Span};

/// Name, operation, whether it reads numbers (`Some(true)`: it needs an unwrap; `None`: with or
/// without), and whether a grouping may follow.
const OPS: [(&str, RangeOp, Option<bool>, bool); 15] = [
    ("rate", RangeOp::Rate, None, false),
    ("rate_counter", RangeOp::RateCounter, Some(true), false),
    ("count_over_time", RangeOp::CountOverTime, Some(false), false),
    ("bytes_rate", RangeOp::BytesRate, Some(false), false),
    ("bytes_over_time", RangeOp::BytesOverTime, Some(false), false),
    ("sum_over_time", RangeOp::SumOverTime, Some(true), false),
    ("avg_over_time", RangeOp::AvgOverTime, Some(true), true),
    ("max_over_time", RangeOp::MaxOverTime, Some(true), true),
    ("min_over_time", RangeOp::MinOverTime, Some(true), true),
    ("stdvar_over_time", RangeOp::StdvarOverTime, Some(true), true),
    ("stddev_over_time", RangeOp::StddevOverTime, Some(true), true),
    ("quantile_over_time", RangeOp::QuantileOverTime, Some(true), true),
    ("first_over_time", RangeOp::FirstOverTime, Some(true), true),
    ("last_over_time", RangeOp::LastOverTime, Some(true), true),
    ("absent_over_time", RangeOp::AbsentOverTime, None, false),
];

impl RangeOp {
    /// As it is written in a query.
    pub fn as_str(self) -> &'static str {
        OPS.iter().find(|(_, op, ..)| *op == self).map_or("", |(name, ..)| name)
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        OPS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, op, ..)| *op)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        OPS.iter().map(|(name, ..)| *name)
    }

    fn unwraps(self) -> Option<bool> {
        OPS.iter().find(|(_, op, ..)| *op == self).and_then(|(_, _, unwraps, _)| *unwraps)
    }

    fn groups(self) -> bool {
        OPS.iter().any(|(_, op, _, groups)| *op == self && *groups)
    }
}

/// `quantile_over_time(0.9, {…} | unwrap x [5m]) by (job)`; `i` stands at the name.
pub(super) fn range_aggregation(i: Tokens<'_>, op: RangeOp) -> Res<'_, RangeAggregation> {
    let name_span = i.peek().span;
    let (i, before) = opt(grouping).parse(i.skip(1))?;
    let open = i.peek().span;
    let (i, _) = cut(symbol("(")).parse(i)?;
    let parameter_span = i.peek().span;
    let (i, parameter) = parameter(i)?;
    let (i, parts) = cut(parts).parse(i)?;
    let Some((range_ns, offset_ns)) = parts.range else {
        return wrong(no_range(i, op));
    };
    let (i, _) = close(i, open)?;
    let (i, after) = opt(grouping).parse(i)?;
    let unwrap_span = parts.unwrap_span;
    let aggregation = RangeAggregation {
        op,
        parameter,
        log: parts.log,
        unwrap: parts.unwrap,
        range_ns,
        offset_ns,
        grouping: before.or(after).map(|(grouping, _)| grouping),
    };
    let grouping_span = aggregation.grouping.as_ref().map(|_| i.since(name_span.start));
    let parameter_span = Span::new(parameter_span.start, parts.log_start);
    match check(&aggregation, [name_span, parameter_span, unwrap_span], grouping_span) {
        Ok(()) => Ok((i, aggregation)),
        Err(error) => wrong(error),
    }
}

fn parameter(i: Tokens<'_>) -> Res<'_, Option<f64>> {
    let Kind::Number { value, hex: false } = i.peek().kind else { return Ok((i, None)) };
    let (i, _) = cut(symbol(",")).parse(i.skip(1))?;
    Ok((i, Some(value)))
}

/// What fits together and what does not, by operation.
fn check(
    aggregation: &RangeAggregation,
    [name, parameter, unwrap]: [Span; 3],
    grouping: Option<Span>,
) -> Result<(), QueryError> {
    let op = aggregation.op;
    let called = op.as_str();
    match (op == RangeOp::QuantileOverTime, aggregation.parameter) {
        (true, None) => {
            let here = Span::new(parameter.start, parameter.start);
            return Err(QueryError::new(name, format!("{called} needs a quantile, such as 0.95"))
                .with_fix(here, "0.95, ", "the 95th percentile"));
        }
        (false, Some(_)) => {
            let error = QueryError::new(parameter, format!("{called} takes no parameter"));
            return Err(error.with_fix(parameter, "", "remove it"));
        }
        _ => {}
    }
    match (op.unwraps(), &aggregation.unwrap) {
        (Some(true), None) => {
            return Err(QueryError::new(
                name,
                format!(
                    "{called} needs a number from each line, expected `| unwrap label` before the \
                     range"
                ),
            ));
        }
        (Some(false), Some(_)) => {
            return Err(QueryError::new(
                unwrap,
                format!("{called} counts lines, it takes no unwrap"),
            )
            .with_fix(unwrap, "", "remove the unwrap"));
        }
        _ => {}
    }
    match grouping {
        Some(span) if !op.groups() => {
            let inner = RangeAggregation { grouping: None, ..aggregation.clone() };
            let by = aggregation.grouping.as_ref().map_or(String::new(), ToString::to_string);
            let message = format!("{called} cannot be grouped itself, put it into sum by (…) (…)");
            Err(QueryError::new(span, message).with_fix(
                span,
                format!("sum {by} ({inner})"),
                "group the sum",
            ))
        }
        _ => Ok(()),
    }
}

fn no_range(i: Tokens<'_>, op: RangeOp) -> QueryError {
    let here = Span::new(i.before, i.before);
    let called = op.as_str();
    let error = match i.peek().kind {
        Kind::Bad(error) => return *error,
        Kind::Duration(_) => {
            let token = i.peek();
            let error = i.unexpected("the range in brackets");
            return error.with_fix(token.span, format!("[{}]", token.text), "put it in brackets");
        }
        Kind::Ident(_) if i.peek().is_word("offset") => {
            let (duration, range) = (i.nth(1), i.nth(2));
            let error = i.unexpected("the range first");
            return match (duration.kind, range.kind) {
                (Kind::Duration(_), Kind::Range(_)) => error.with_fix(
                    i.peek().span.to(range.span),
                    format!("{} offset {}", range.text, duration.text),
                    "put the range first",
                ),
                _ => error,
            };
        }
        Kind::Symbol(")") | Kind::End => {
            QueryError::new(here, format!("{called} needs a range to look back, such as [5m]"))
        }
        Kind::Symbol(",") => {
            return QueryError::new(
                i.peek().span,
                format!("{called} reads one selector with its range, such as {{…}}[5m]"),
            );
        }
        _ => i.unexpected("a range such as [5m]"),
    };
    error.with_fix(here, "[5m]", "look back 5 minutes")
}

pub(super) fn close<'a>(i: Tokens<'a>, open: Span) -> Res<'a, Span> {
    if matches!(i.peek().kind, Kind::End) {
        let here = Span::new(i.before, i.before);
        let error = QueryError::new(open, "this ( is never closed, expected `)`");
        return wrong(error.with_fix(here, ")", "close the parenthesis"));
    }
    cut(symbol(")")).parse(i)
}

/// A log query with what only a range aggregation may hold; the range may stand before or after
/// the stages.
struct Parts {
    log: LogExpr,
    unwrap: Option<Unwrap>,
    unwrap_span: Span,
    range: Option<(i64, i64)>,
    log_start: usize,
}

fn parts(i: Tokens<'_>) -> Res<'_, Parts> {
    let token = i.peek();
    let log_start = token.span.start;
    let (mut i, mut parts) = if token.is_symbol("(") {
        let (i, inner) = parts(i.skip(1))?;
        let (i, _) = close(i, token.span)?;
        (i, Parts { log_start, ..inner })
    } else if token.is_symbol("{") {
        let (i, (selector, selector_span)) = selector(i)?;
        let end = selector_span.end;
        let log = LogExpr { selector, selector_span, pipeline: Vec::new(), end };
        (i, Parts { log, unwrap: None, unwrap_span: Span::default(), range: None, log_start })
    } else {
        return wrong(i.unexpected("a selector such as {job=\"…\"}"));
    };
    loop {
        let token = i.peek();
        let piped = token.is_symbol("|");
        if let (Kind::Range(ns), None) = (&token.kind, parts.range) {
            let (after, offset) = opt(offset).parse(i.skip(1))?;
            parts.range = Some((*ns, offset.unwrap_or(0)));
            i = after;
        } else if let (true, Some(unwrap)) = (piped, &mut parts.unwrap) {
            let (after, filter) = after_unwrap(i.skip(1))?;
            unwrap.filters.push(filter);
            parts.log.end = after.before;
            i = after;
        } else if starts_unwrap(i) {
            let start = token.span.start;
            let (after, unwrap) = cut(unwrap).parse(i.skip(2))?;
            parts.unwrap = Some(unwrap);
            parts.log.end = after.before;
            parts.unwrap_span = after.since(start);
            i = after;
        } else {
            let (after, stage): (_, Option<Stage>) = opt(stage).parse(i)?;
            let Some(stage) = stage else { return Ok((i, parts)) };
            if parts.unwrap.is_some() {
                return wrong(late(i));
            }
            parts.log.pipeline.push(stage);
            parts.log.end = after.before;
            i = after;
        }
    }
}

fn late(i: Tokens<'_>) -> QueryError {
    i.unexpected("the range or a label filter; other stages stand before `| unwrap`")
}

fn after_unwrap(i: Tokens<'_>) -> Res<'_, LabelFilter> {
    if !super::label_filter::starts_filter(i) && matches!(i.peek().kind, Kind::Ident(_)) {
        return wrong(late(i));
    }
    cut(label_filter).parse(i)
}

fn offset(i: Tokens<'_>) -> Res<'_, i64> {
    let (i, _) = keyword("offset")(i)?;
    let negative = i.peek().is_symbol("-");
    let i = if negative { i.skip(1) } else { i };
    let token = i.peek();
    match token.kind {
        Kind::Duration(ns) => Ok((i.skip(1), if negative { -ns } else { ns })),
        Kind::Range(ns) => {
            let text = model::format_duration(ns);
            let error = i.unexpected("a duration such as 5m without brackets");
            wrong(error.with_fix(token.span, text, "remove the brackets"))
        }
        Kind::Number { .. } => wrong(i.unexpected("a duration such as 5m").with_fix(
            token.span,
            format!("{}m", token.text),
            "minutes",
        )),
        _ => wrong(i.unexpected("a duration such as 5m")),
    }
}

/// `x`, `bytes(x)`, `duration(x)`; after the word `unwrap`.
fn unwrap(i: Tokens<'_>) -> Res<'_, Unwrap> {
    let token = i.peek();
    let (after, (label, _)) = name(i)?;
    if !after.peek().is_symbol("(") {
        return Ok((after, Unwrap { name: label, conversion: None, filters: Vec::new() }));
    }
    let conversion = match label.to_lowercase().as_str() {
        "bytes" => Conversion::Bytes,
        "duration" => Conversion::Duration,
        "duration_seconds" => Conversion::DurationSeconds,
        _ => {
            return wrong(QueryError::new(
                token.span,
                format!(
                    "`{label}` converts nothing, expected `bytes(…)`, `duration(…)`, \
                     `duration_seconds(…)` or the label alone"
                ),
            ));
        }
    };
    let (after, (name, _)) = cut(delimited(symbol("("), name, symbol(")"))).parse(after)?;
    Ok((after, Unwrap { name, conversion: Some(conversion), filters: Vec::new() }))
}

/// `by (a, b)`, with its span.
pub(super) fn grouping(i: Tokens<'_>) -> Res<'_, (Grouping, Span)> {
    let start = i.at();
    let without = match i.peek() {
        token if token.is_word("by") => false,
        token if token.is_word("without") => true,
        _ => return i.no("`by` or `without`"),
    };
    let (i, labels) = labels(i.skip(1))?;
    Ok((i, (Grouping { without, labels }, i.since(start))))
}

/// `(a, b)`, where a word in front of it requires it.
pub(super) fn labels(i: Tokens<'_>) -> Res<'_, Vec<String>> {
    if let (Kind::Ident(label), true) = (i.peek().kind, i.before > 0) {
        let span = i.peek().span;
        let error = i.unexpected("the labels in parentheses");
        return wrong(error.with_fix(span, format!("({label})"), "put it in parentheses"));
    }
    let (i, _) = cut(symbol("(")).parse(i)?;
    let (i, labels) = separated_list0(symbol(","), name).parse(i)?;
    match i.peek().kind {
        Kind::Symbol(",") if i.nth(1).is_symbol(")") => {
            let comma = i.peek().span;
            let error = QueryError::new(comma, "no comma after the last label");
            return wrong(error.with_fix(comma, "", "remove the comma"));
        }
        Kind::Symbol(",") => {
            let (_, _) = cut(name).parse(i.skip(1))?;
        }
        Kind::Symbol(")") => {}
        _ if labels.is_empty() => {
            let (_, _) = cut(name).parse(i)?;
        }
        _ => return wrong(i.unexpected("`,` or `)`")),
    }
    let (i, _) = cut(symbol(")")).parse(i)?;
    Ok((i, labels.into_iter().map(|(label, _)| label).collect()))
}
