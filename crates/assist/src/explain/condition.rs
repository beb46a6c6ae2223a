use logql::ast::{CompareOp, LabelFilter};
use model::{MatchOp, Matcher};

use super::{named, quoted};

/// What a selector takes.
pub(super) fn selector(matchers: &[Matcher]) -> String {
    let conditions: Vec<String> = matchers.iter().map(matcher).collect();
    format!("Take the lines whose {}", conditions.join(" and "))
}

pub(super) fn filter(filter: &LabelFilter) -> String {
    inside(filter, false)
}

/// An OR within an AND stands in parentheses.
fn inside(filter: &LabelFilter, within_and: bool) -> String {
    match filter {
        LabelFilter::And(left, right) => {
            format!("{} and {}", inside(left, true), inside(right, true))
        }
        LabelFilter::Or(left, right) => {
            let either = format!("{} or {}", inside(left, false), inside(right, false));
            if within_and { format!("({either})") } else { either }
        }
        LabelFilter::Match(condition) => matcher(condition),
        LabelFilter::Number { name, op, value } => {
            format!("{} {} {value}", named(name), compared(*op))
        }
        LabelFilter::Duration { name, op, ns } => {
            format!("{} {} {}", named(name), compared(*op), model::format_duration(*ns))
        }
        LabelFilter::Bytes { name, op, bytes } => {
            format!("{} {} {bytes} bytes", named(name), compared(*op))
        }
        LabelFilter::Ip { name, negated: false, pattern } => {
            format!("{} is an address in {}", named(name), quoted(pattern))
        }
        LabelFilter::Ip { name, negated: true, pattern } => {
            format!("{} is no address in {}", named(name), quoted(pattern))
        }
    }
}

pub(super) fn matcher(matcher: &Matcher) -> String {
    let name = named(&matcher.name);
    let value = quoted(&matcher.value);
    match (matcher.op, matcher.value.as_str()) {
        (MatchOp::Equal, "") => format!("{name} is empty or missing"),
        (MatchOp::NotEqual, "") | (MatchOp::Regex, ".+") => format!("{name} is anything"),
        (MatchOp::Regex, ".*") => format!("{name} is anything or missing"),
        (MatchOp::Equal, _) => format!("{name} is {value}"),
        (MatchOp::NotEqual, _) => format!("{name} is not {value}"),
        (MatchOp::Regex, _) => format!("{name} matches {value}"),
        (MatchOp::NotRegex, _) => format!("{name} does not match {value}"),
    }
}

pub(super) const fn compared(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Equal => "equals",
        CompareOp::NotEqual => "differs from",
        CompareOp::Greater => "is over",
        CompareOp::GreaterEqual => "is at least",
        CompareOp::Less => "is under",
        CompareOp::LessEqual => "is at most",
    }
}
