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
            comparison(*op, &named(name), &value.to_string())
        }
        LabelFilter::Duration { name, op, ns } => {
            comparison(*op, &named(name), &model::format_duration(*ns))
        }
        LabelFilter::Bytes { name, op, bytes } => {
            comparison(*op, &named(name), &format!("{bytes} bytes"))
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

/// Each a sentence of its own, so that other languages can put its words in their order.
pub(super) fn comparison(op: CompareOp, left: &str, right: &str) -> String {
    match op {
        CompareOp::Equal => format!("{left} equals {right}"),
        CompareOp::NotEqual => format!("{left} differs from {right}"),
        CompareOp::Greater => format!("{left} is over {right}"),
        CompareOp::GreaterEqual => format!("{left} is at least {right}"),
        CompareOp::Less => format!("{left} is under {right}"),
        CompareOp::LessEqual => format!("{left} is at most {right}"),
    }
}
