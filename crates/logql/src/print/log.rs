use std::fmt;

use model::{MatchOp, Matcher, selector_text};

use super::quote;
use super::scalar::{bytes, go_duration};
use crate::ast::{
    CompareOp, Extraction, LabelFilter, LabelFormat, LabelFormatValue, LabelPick, LineOp,
    LineValue, LogExpr, Stage, StageKind,
};
use crate::parse::stands_alone;

impl fmt::Display for LogExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&selector_text(&self.selector))?;
        for stage in &self.pipeline {
            write!(f, " {stage}")?;
        }
        Ok(())
    }
}

/// The selector and the stages of a query that stands on several lines: line filters that follow
/// each other share one.
pub(super) fn selector_and_stages(log: &LogExpr) -> (String, Vec<String>) {
    let mut stages: Vec<String> = Vec::new();
    let mut after_filter = false;
    for stage in &log.pipeline {
        let is_filter = matches!(stage.kind, StageKind::LineFilter { .. });
        match stages.last_mut().filter(|_| is_filter && after_filter) {
            Some(filters) => filters.push_str(&format!(" {stage}")),
            None => stages.push(stage.to_string()),
        }
        after_filter = is_filter;
    }
    (selector_text(&log.selector), stages)
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for StageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineFilter { op, values } => {
                write!(f, "{} ", op.as_str())?;
                list(f, values, " or ")
            }
            Self::LabelFilter(filter) if reads_as_stage(filter) => write!(f, "| ( {filter} )"),
            Self::LabelFilter(filter) => write!(f, "| {filter}"),
            Self::Json(extractions) => {
                f.write_str("| json")?;
                spaced(f, extractions)
            }
            Self::Logfmt { strict, keep_empty, extractions } => {
                f.write_str("| logfmt")?;
                f.write_str(if *strict { " --strict" } else { "" })?;
                f.write_str(if *keep_empty { " --keep-empty" } else { "" })?;
                spaced(f, extractions)
            }
            Self::Pattern(pattern) => write!(f, "| pattern {}", quote(pattern)),
            Self::Regexp(regex) => write!(f, "| regexp {}", quote(regex)),
            Self::Unpack => f.write_str("| unpack"),
            Self::Decolorize => f.write_str("| decolorize"),
            Self::LineFormat(template) => write!(f, "| line_format {}", quote(template)),
            Self::LabelFormat(formats) => {
                f.write_str("| label_format")?;
                spaced(f, formats)
            }
            Self::Drop(picks) => {
                f.write_str("| drop")?;
                spaced(f, picks)
            }
            Self::Keep(picks) => {
                f.write_str("| keep")?;
                spaced(f, picks)
            }
        }
    }
}

pub(super) fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    between: &str,
) -> fmt::Result {
    for (at, item) in items.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { between })?;
        item.fmt(f)?;
    }
    Ok(())
}

/// A list with a blank before it, or nothing.
fn spaced<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    f.write_str(if items.is_empty() { "" } else { " " })?;
    list(f, items, ",")
}

impl LineOp {
    /// As it is written in a query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contains => "|=",
            Self::NotContains => "!=",
            Self::Matches => "|~",
            Self::NotMatches => "!~",
            Self::Pattern => "|>",
            Self::NotPattern => "!>",
        }
    }
}

impl fmt::Display for LineValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Ip(pattern) => write!(f, "ip({})", quote(pattern)),
        }
    }
}

impl fmt::Display for Extraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, quote(&self.path))
    }
}

impl fmt::Display for LabelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            LabelFormatValue::Rename(from) => write!(f, "{}={from}", self.name),
            LabelFormatValue::Template(template) => write!(f, "{}={}", self.name, quote(template)),
        }
    }
}

impl fmt::Display for LabelPick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Match(matcher) => matcher.fmt(f),
        }
    }
}

impl CompareOp {
    /// As it is written between numbers of a metric query; label filters write `=` for equality.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::LessEqual => "<=",
        }
    }
}

impl fmt::Display for LabelFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(..) | Self::Or(..) => pair(f, self),
            Self::Match(matcher) => matcher.fmt(f),
            Self::Number { name, op, value } => {
                write!(f, "{name}{}{value}", op.as_str())
            }
            Self::Duration { name, op, ns } => {
                write!(f, "{name}{}{}", op.as_str(), go_duration(*ns))
            }
            Self::Bytes { name, op, bytes: size } => {
                write!(f, "{name}{}{}", op.as_str(), bytes(*size))
            }
            Self::Ip { name, negated, pattern } => {
                let op = if *negated { "!=" } else { "=" };
                write!(f, "{name}{op}ip({})", quote(pattern))
            }
        }
    }
}

/// `| json != "x"` is the stage and a line filter after it; in parentheses it is the label.
fn reads_as_stage(filter: &LabelFilter) -> bool {
    let (name, negated) = match filter {
        LabelFilter::Match(Matcher { name, op, .. }) => {
            (name, matches!(op, MatchOp::NotEqual | MatchOp::NotRegex))
        }
        LabelFilter::Ip { name, negated, .. } => (name, *negated),
        LabelFilter::Number { name, op, .. }
        | LabelFilter::Duration { name, op, .. }
        | LabelFilter::Bytes { name, op, .. } => (name, *op == CompareOp::NotEqual),
        LabelFilter::And(..) | LabelFilter::Or(..) => return false,
    };
    negated && stands_alone(&name.to_lowercase())
}

/// A chain is written flat, so that it reads back however long it is: a comma takes all that
/// follows for its right side, `and` and `or` all that stands before for their left one.
fn pair(f: &mut fmt::Formatter<'_>, filter: &LabelFilter) -> fmt::Result {
    let (words, items) = match filter {
        LabelFilter::And(left, _) if matches!(**left, LabelFilter::And(..)) => (
            "and",
            leftwards(filter, |filter| match filter {
                LabelFilter::And(left, right) => Some((left, right)),
                _ => None,
            }),
        ),
        LabelFilter::Or(..) => (
            "or",
            leftwards(filter, |filter| match filter {
                LabelFilter::Or(left, right) => Some((left, right)),
                _ => None,
            }),
        ),
        _ => (",", rightwards(filter)),
    };
    f.write_str("( ")?;
    list(f, &items, &format!(" {words} "))?;
    f.write_str(" )")
}

type Split = fn(&LabelFilter) -> Option<(&LabelFilter, &LabelFilter)>;

fn leftwards(filter: &LabelFilter, split: Split) -> Vec<&LabelFilter> {
    let (mut items, mut rest) = (Vec::new(), filter);
    while let Some((left, right)) = split(rest) {
        items.push(right);
        rest = left;
    }
    items.push(rest);
    items.reverse();
    items
}

fn rightwards(filter: &LabelFilter) -> Vec<&LabelFilter> {
    let (mut items, mut rest) = (Vec::new(), filter);
    while let LabelFilter::And(left, right) = rest {
        if !items.is_empty() && matches!(**left, LabelFilter::And(..)) {
            break;
        }
        items.push(&**left);
        rest = right;
    }
    items.push(rest);
    items
}
