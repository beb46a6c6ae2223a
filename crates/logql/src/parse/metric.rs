use nom::Parser;
use nom::combinator::{cut, map, opt};
use nom::sequence::preceded;

use super::input::{Res, Tokens, symbol, text, wrong};
use super::range::{close, labels, range_aggregation};
use super::selector::selector;
use super::stage::pipeline;
use super::token::{Kind, Token};
use super::{mixed, regex, vector};
use crate::ast::{
    Binary, BinaryOp, CompareOp, Expr, GroupModifier, GroupSide, LabelReplace, LogExpr, MetricExpr,
    MetricKind, RangeOp, VectorMatching, VectorOp,
};
use crate::metric::of_numbers;
use crate::{QueryError, Span};

/// A whole query, log or metric, with its binary operators.
pub(super) fn expr(i: Tokens<'_>) -> Res<'_, Expr> {
    binary(i, 0)
}

/// Reads operators that bind at least as strong as `least`.
fn binary(i: Tokens<'_>, least: u8) -> Res<'_, Expr> {
    let start = i.at();
    let (mut i, mut left) = operand(i)?;
    while let Some((op, strength)) = binary_op(&i.peek()).filter(|(_, s)| *s >= least) {
        let left_metric = match left {
            Expr::Metric(metric) => metric,
            Expr::Log(log) => {
                return wrong(mixed::left_is_log(i, &log, Span::new(start, i.before)));
            }
        };
        if let Some(error) = mixed::foreign_operator(i) {
            return wrong(error);
        }
        let (after, (return_bool, matching)) = modifiers(i.skip(1))?;
        let right_start = after.at();
        // Only the power groups to the right.
        let next = if op == BinaryOp::Power { strength } else { strength + 1 };
        let (after, right) = cut(|i| binary(i, next)).parse(after)?;
        let right = match right {
            Expr::Metric(metric) => metric,
            Expr::Log(log) => {
                return wrong(mixed::log_for_numbers(&log, after.since(right_start), "here"));
            }
        };
        if let Some(error) = mixed::number_in_set(op, &left_metric, &right) {
            return wrong(error);
        }
        let kind = folded(op, &left_metric.kind, &right.kind).unwrap_or_else(|| {
            let (left, right) = (left_metric, right);
            MetricKind::Binary(Box::new(Binary { op, left, right, return_bool, matching }))
        });
        left = Expr::Metric(MetricExpr { kind, span: after.since(start) });
        i = after;
    }
    Ok((i, left))
}

/// Two numbers become one, as in Loki, unless it could not be written as a number.
fn folded(op: BinaryOp, left: &MetricKind, right: &MetricKind) -> Option<MetricKind> {
    let (MetricKind::Number(left), MetricKind::Number(right)) = (left, right) else { return None };
    let value = of_numbers(op, *left, *right);
    let is_minus_zero = value == 0.0 && value.is_sign_negative();
    (value.is_finite() && !is_minus_zero).then_some(MetricKind::Number(value))
}

/// Operator and how strong it binds.
fn binary_op(token: &Token<'_>) -> Option<(BinaryOp, u8)> {
    let op = match token.kind {
        Kind::Symbol(symbol) => match symbol {
            "+" => BinaryOp::Add,
            "-" => BinaryOp::Subtract,
            "*" => BinaryOp::Multiply,
            "/" => BinaryOp::Divide,
            "%" => BinaryOp::Modulo,
            "^" => BinaryOp::Power,
            "==" => BinaryOp::Compare(CompareOp::Equal),
            "!=" => BinaryOp::Compare(CompareOp::NotEqual),
            ">" => BinaryOp::Compare(CompareOp::Greater),
            ">=" => BinaryOp::Compare(CompareOp::GreaterEqual),
            "<" => BinaryOp::Compare(CompareOp::Less),
            "<=" => BinaryOp::Compare(CompareOp::LessEqual),
            _ => return None,
        },
        _ if token.is_word("or") => BinaryOp::Or,
        _ if token.is_word("and") => BinaryOp::And,
        _ if token.is_word("unless") => BinaryOp::Unless,
        _ => return None,
    };
    Some((op, op.strength()))
}

impl BinaryOp {
    /// How strong it binds: more than those with less.
    pub(crate) const fn strength(self) -> u8 {
        match self {
            Self::Or => 0,
            Self::And | Self::Unless => 1,
            Self::Compare(_) => 2,
            Self::Add | Self::Subtract => 3,
            Self::Multiply | Self::Divide | Self::Modulo => 4,
            Self::Power => 5,
        }
    }
}

/// `bool on (a) group_left (b)`
fn modifiers(i: Tokens<'_>) -> Res<'_, (bool, Option<VectorMatching>)> {
    let return_bool = i.peek().is_word("bool");
    let i = if return_bool { i.skip(1) } else { i };
    let on = i.peek().is_word("on");
    if !on && !i.peek().is_word("ignoring") {
        if i.peek().is_word("group_left") || i.peek().is_word("group_right") {
            return wrong(i.unexpected("`on (…)` or `ignoring (…)` first"));
        }
        return Ok((i, (return_bool, None)));
    }
    let (i, names) = labels(i.skip(1))?;
    let side = match i.peek() {
        token if token.is_word("group_left") => GroupSide::Left,
        token if token.is_word("group_right") => GroupSide::Right,
        _ => {
            let matching = VectorMatching { on, labels: names, group: None };
            return Ok((i, (return_bool, Some(matching))));
        }
    };
    let i = i.skip(1);
    // Without labels it is followed by its operand, which may stand in parentheses too.
    let listed = i.peek().is_symbol("(")
        && (i.nth(1).is_symbol(")")
            || (matches!(i.nth(1).kind, Kind::Ident(_))
                && (i.nth(2).is_symbol(",") || i.nth(2).is_symbol(")"))));
    let (i, include) = if listed { labels(i)? } else { (i, Vec::new()) };
    let group = Some(GroupModifier { side, include });
    Ok((i, (return_bool, Some(VectorMatching { on, labels: names, group }))))
}

fn operand(i: Tokens<'_>) -> Res<'_, Expr> {
    let start = i.at();
    let token = i.peek();
    match token.kind {
        Kind::Symbol("(") => {
            let (i, inner) = cut(expr).parse(i.skip(1))?;
            if !i.peek().is_symbol(")") && !matches!(i.peek().kind, Kind::End) {
                return wrong(mixed::leftover(i, &inner, "`)`"));
            }
            let (i, _) = close(i, token.span)?;
            Ok((i, inner))
        }
        Kind::Symbol("{") => {
            let (i, (selector, selector_span)) = selector(i)?;
            let (i, pipeline) = pipeline(i)?;
            let end = i.before;
            Ok((i, Expr::Log(LogExpr { selector, selector_span, pipeline, end })))
        }
        Kind::Number { .. } | Kind::Symbol("+" | "-") => {
            if let Some(error) = mixed::signed_series(i) {
                return wrong(error);
            }
            let (i, value) = signed(i)?;
            Ok((i, metric(i, start, MetricKind::Number(value))))
        }
        Kind::Ident(name) => call(i, name),
        _ => i.no("a selector such as {job=\"…\"}, a function or a number"),
    }
}

fn metric(i: Tokens<'_>, start: usize, kind: MetricKind) -> Expr {
    Expr::Metric(MetricExpr { kind, span: i.since(start) })
}

fn signed(i: Tokens<'_>) -> Res<'_, f64> {
    let negative = i.peek().is_symbol("-");
    let i = if negative || i.peek().is_symbol("+") { i.skip(1) } else { i };
    let (i, value) = number(i)?;
    Ok((i, if negative { -value } else { value }))
}

pub(super) fn number(i: Tokens<'_>) -> Res<'_, f64> {
    let token = i.peek();
    match token.kind {
        Kind::Number { value, hex: false } => Ok((i.skip(1), value)),
        Kind::Number { value, .. } => {
            let error = i.unexpected("a decimal number");
            wrong(error.with_fix(token.span, value.to_string(), "write it as a decimal number"))
        }
        _ => i.no("a number"),
    }
}

fn call<'a>(i: Tokens<'a>, name: &str) -> Res<'a, Expr> {
    let start = i.at();
    let next = i.nth(1);
    let opened = next.is_symbol("(") || next.is_word("by") || next.is_word("without");
    if !opened {
        return wrong(mixed::no_call(i, name));
    }
    let (i, kind) = if let Some(op) = RangeOp::from_name(name) {
        map(|i| range_aggregation(i, op), |a| MetricKind::Range(Box::new(a))).parse(i)?
    } else if let Some(op) = VectorOp::from_name(name) {
        map(|i| vector::aggregation(i, op), |a| MetricKind::Vector(Box::new(a))).parse(i)?
    } else if name.eq_ignore_ascii_case("vector") {
        let open = next.span;
        let (i, value) = cut(number).parse(i.skip(2))?;
        let (i, _) = close(i, open)?;
        (i, MetricKind::VectorLiteral(value))
    } else if name.eq_ignore_ascii_case("label_replace") {
        let (i, replace) = label_replace(i.skip(1))?;
        (i, MetricKind::LabelReplace(Box::new(replace)))
    } else {
        return wrong(mixed::unknown_function(i, name));
    };
    Ok((i, metric(i, start, kind)))
}

fn label_replace(i: Tokens<'_>) -> Res<'_, LabelReplace> {
    let open = i.peek().span;
    let (i, _) = cut(symbol("(")).parse(i)?;
    let (i, inner) = metric_argument(i, "label_replace")?;
    let mut argument = cut(preceded(symbol(","), text));
    let (i, (dst, _)) = argument.parse(i)?;
    let (i, (replacement, _)) = argument.parse(i)?;
    let (i, (src, _)) = argument.parse(i)?;
    let (i, (pattern, span)) = argument.parse(i)?;
    if let Err(error) = regex::check(&pattern, span) {
        return wrong(error);
    }
    let (i, _) = close(i, open)?;
    Ok((i, LabelReplace { inner, dst, replacement, src, regex: pattern }))
}

/// An argument that has to be a metric query.
pub(super) fn metric_argument<'a>(i: Tokens<'a>, called: &str) -> Res<'a, MetricExpr> {
    let start = i.at();
    let (i, inner) = cut(expr).parse(i)?;
    match inner {
        Expr::Metric(metric) => Ok((i, metric)),
        Expr::Log(log) => wrong(mixed::log_argument(i, called, &log, start)),
    }
}

/// The whole text.
pub(super) fn query<'a>(i: Tokens<'a>) -> Result<Expr, QueryError> {
    if let Kind::End = i.peek().kind {
        return Err(QueryError::new(
            Span::new(0, i.at()),
            "the query is empty, expected a selector such as {job=\"…\"}",
        ));
    }
    let (i, expr) = match opt(expr).parse(i) {
        Ok((i, Some(expr))) => (i, expr),
        Ok((i, None)) => return Err(mixed::no_query(i)),
        Err(nom::Err::Error(problem) | nom::Err::Failure(problem)) => return Err(*problem.0),
        Err(nom::Err::Incomplete(_)) => return Err(i.unexpected("a query")),
    };
    match i.peek().kind {
        Kind::End => Ok(expr),
        _ => Err(mixed::leftover(i, &expr, "the end of the query")),
    }
}
