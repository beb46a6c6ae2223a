//! `| level="error" and (rtf > 1 or took > 250ms)`

use std::cmp::Ordering;

use model::{Matcher, parse_value_bytes, parse_value_duration};

use crate::ast;
use crate::ast::CompareOp;
use crate::ip::IpRange;
use crate::number::parse_number;
use crate::pipeline::{Entry, Failure};

/// A label filter, ready to run.
#[derive(Debug)]
pub(crate) enum LabelFilter {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Match(Matcher),
    Compare { name: String, op: CompareOp, value: Operand },
    Ip { name: String, negated: bool, range: IpRange },
}

/// What a label is compared with, and so how its value is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand {
    Number(f64),
    DurationNs(i64),
    Bytes(u64),
}

impl LabelFilter {
    pub(crate) fn new(filter: &ast::LabelFilter) -> Result<Self, String> {
        use ast::LabelFilter as Ast;
        let compare = |name: &str, op, value| Self::Compare { name: name.to_owned(), op, value };
        Ok(match filter {
            Ast::And(left, right) => {
                Self::And(Box::new(Self::new(left)?), Box::new(Self::new(right)?))
            }
            Ast::Or(left, right) => {
                Self::Or(Box::new(Self::new(left)?), Box::new(Self::new(right)?))
            }
            Ast::Match(matcher) => Self::Match(matcher.clone()),
            Ast::Number { name, op, value } => compare(name, *op, Operand::Number(*value)),
            Ast::Duration { name, op, ns } => compare(name, *op, Operand::DurationNs(*ns)),
            Ast::Bytes { name, op, bytes } => compare(name, *op, Operand::Bytes(*bytes)),
            Ast::Ip { name, negated, pattern } => {
                Self::Ip { name: name.clone(), negated: *negated, range: IpRange::parse(pattern)? }
            }
        })
    }

    /// Whether the entry stays. A value that cannot be compared keeps it and says so in
    /// `__error__`, where there is no earlier error; a label that is missing drops it.
    pub(crate) fn passes(&self, entry: &mut Entry<'_>) -> bool {
        match self {
            Self::And(left, right) => {
                // Both sides run, so that an error of either is seen.
                let left = left.passes(entry);
                right.passes(entry) && left
            }
            Self::Or(left, right) => left.passes(entry) || right.passes(entry),
            Self::Match(matcher) => matcher.matches_value(entry.value(&matcher.name).unwrap_or("")),
            Self::Compare { name, op, value } => compare(entry, name, *op, *value),
            // As in a line: an address somewhere in the value.
            Self::Ip { name, negated, range } => {
                entry.value(name).is_some_and(|text| range.occurs_in(text.as_bytes()) != *negated)
            }
        }
    }
}

fn compare(entry: &mut Entry<'_>, name: &str, op: CompareOp, operand: Operand) -> bool {
    let Some(text) = entry.value(name) else { return false };
    let order = match operand {
        Operand::Number(right) => parse_number(text).map(|left| left.partial_cmp(&right)),
        Operand::DurationNs(right) => parse_value_duration(text)
            .map(|left| Some(left.cmp(&right)))
            .map_err(|error| error.to_string()),
        Operand::Bytes(right) => parse_value_bytes(text)
            .map(|left| Some(left.cmp(&right)))
            .map_err(|error| error.to_string()),
    };
    match order {
        Ok(order) => holds(op, order),
        Err(details) => {
            if entry.error().is_none() {
                entry.fail(Failure::LabelFilter, &details);
            }
            true
        }
    }
}

/// Whether a comparison with this outcome is true; None is the outcome for NaN.
fn holds(op: CompareOp, order: Option<Ordering>) -> bool {
    match op {
        CompareOp::Equal => order == Some(Ordering::Equal),
        CompareOp::NotEqual => order != Some(Ordering::Equal),
        CompareOp::Greater => order == Some(Ordering::Greater),
        CompareOp::GreaterEqual => {
            matches!(order, Some(Ordering::Greater | Ordering::Equal))
        }
        CompareOp::Less => order == Some(Ordering::Less),
        CompareOp::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
    }
}
