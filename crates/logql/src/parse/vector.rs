use nom::Parser;
use nom::combinator::{cut, opt};

use super::input::{Res, Tokens, symbol, wrong};
use super::metric::metric_argument;
use super::range::{close, grouping};
use super::token::Kind;
use crate::ast::{VectorAggregation, VectorOp};
use crate::{QueryError, Span};

const OPS: [(&str, VectorOp); 12] = [
    ("sum", VectorOp::Sum),
    ("avg", VectorOp::Avg),
    ("min", VectorOp::Min),
    ("max", VectorOp::Max),
    ("stddev", VectorOp::Stddev),
    ("stdvar", VectorOp::Stdvar),
    ("count", VectorOp::Count),
    ("topk", VectorOp::Topk),
    ("bottomk", VectorOp::Bottomk),
    ("approx_topk", VectorOp::ApproxTopk),
    ("sort", VectorOp::Sort),
    ("sort_desc", VectorOp::SortDesc),
];

impl VectorOp {
    /// As it is written in a query.
    pub fn as_str(self) -> &'static str {
        OPS.iter().find(|(_, op)| *op == self).map_or("", |(name, _)| name)
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        OPS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, op)| *op)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        OPS.iter().map(|(name, _)| *name)
    }

    fn takes_k(self) -> bool {
        matches!(self, Self::Topk | Self::Bottomk | Self::ApproxTopk)
    }

    fn groups(self) -> bool {
        !matches!(self, Self::Sort | Self::SortDesc | Self::ApproxTopk)
    }
}

/// `topk by (a) (3, …)`, `sum(…) by (a)`; `i` stands at the name.
pub(super) fn aggregation(i: Tokens<'_>, op: VectorOp) -> Res<'_, VectorAggregation> {
    let called = op.as_str();
    let name_span = i.peek().span;
    let (i, before) = opt(grouping).parse(i.skip(1))?;
    let open = i.peek().span;
    let (i, _) = cut(symbol("(")).parse(i)?;
    let (i, parameter) = parameter(i, op)?;
    if op.takes_k() && parameter.is_none() {
        return wrong(no_k(i, called, name_span, open));
    }
    let (i, inner) = metric_argument(i, called)?;
    let (i, _) = close(i, open)?;
    let (i, after) = if before.is_some() { (i, None) } else { opt(grouping).parse(i)? };
    let grouping = match before.or(after) {
        Some((_, span)) if !op.groups() => {
            let error = QueryError::new(span, format!("{called} cannot be grouped"));
            return wrong(error.with_fix(span, "", "remove the grouping"));
        }
        // By nothing is what stands without a grouping.
        grouping => grouping
            .map(|(grouping, _)| grouping)
            .filter(|grouping| grouping.without || !grouping.labels.is_empty()),
    };
    Ok((i, VectorAggregation { op, parameter, inner, grouping }))
}

/// The number is missing, below zero, or stands behind.
fn no_k(i: Tokens<'_>, called: &str, name: Span, open: Span) -> QueryError {
    let token = i.peek();
    if matches!(token.kind, Kind::Symbol("-") | Kind::Text(_)) {
        return i.unexpected(&format!("a whole number above 0, how many series {called} keeps"));
    }
    let error = QueryError::new(name, format!("{called} needs a number of series first"));
    if let Ok((after, inner)) = metric_argument(i, called)
        && after.peek().is_symbol(",")
        && matches!(after.nth(1).kind, Kind::Number { .. })
    {
        let behind = after.nth(1);
        let arguments = Span::new(open.end, behind.span.end);
        let text = format!("{}, {inner}", behind.text);
        return error.with_fix(arguments, text, "put the number first");
    }
    let here = Span::new(open.end, open.end);
    error.with_fix(here, "10, ", "the first ten")
}

/// A number and a comma; a number alone is the operand.
fn parameter(i: Tokens<'_>, op: VectorOp) -> Res<'_, Option<u64>> {
    let token = i.peek();
    let Kind::Number { value, .. } = token.kind else { return Ok((i, None)) };
    if !i.nth(1).is_symbol(",") {
        return Ok((i, None));
    }
    let called = op.as_str();
    if !op.takes_k() {
        let span = Span::new(token.span.start, i.nth(2).span.start);
        let error = QueryError::new(span, format!("{called} takes no parameter"));
        return wrong(error.with_fix(span, "", "remove it"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "literals are not negative, and a fraction is refused below"
    )]
    let k = value as u64;
    #[expect(clippy::cast_precision_loss, reason = "compared to find fractions only")]
    if k == 0 || k as f64 != value {
        let message = format!("{called} needs a whole number of series above 0");
        return wrong(QueryError::new(token.span, message));
    }
    Ok((i.skip(2), Some(k)))
}
