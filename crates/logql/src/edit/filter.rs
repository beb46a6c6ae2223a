use model::MatchOp;

use super::place::{Change, end_of, in_every_log, label_name, literal};
use crate::QueryError;
use crate::ast::{LabelFilter, LogExpr, StageKind};

/// Keeps the entries whose field `name` is `value`, or with `negated` those where it is not, by a
/// filter after the last stage. A filter that says the opposite, or another value, is replaced.
/// An empty text asks all streams that have a job.
pub fn add_label_filter(
    text: &str,
    name: &str,
    value: &str,
    negated: bool,
) -> Result<String, QueryError> {
    let name = &label_name(name);
    let text = if text.trim().is_empty() { super::line::EVERYTHING } else { text };
    in_every_log(text, |log| changes(log, name, value, negated))
}

fn changes(log: &LogExpr, name: &str, value: &str, negated: bool) -> Vec<Change> {
    let op = if negated { "!=" } else { "=" };
    let written = format!("| {name}{op}{}", literal(value));
    for stage in log.pipeline.iter().rev() {
        let StageKind::LabelFilter(LabelFilter::Match(matcher)) = &stage.kind else { continue };
        if matcher.name != name {
            continue;
        }
        let same = matcher.value == value;
        match (matcher.op, negated) {
            (MatchOp::Equal, false) | (MatchOp::NotEqual, true) if same => return Vec::new(),
            (MatchOp::Equal, false) => {
                return vec![Change { span: stage.span, text: written }];
            }
            (MatchOp::Equal, true) | (MatchOp::NotEqual, false) if same => {
                return vec![Change { span: stage.span, text: written }];
            }
            _ => {}
        }
    }
    vec![Change::insert(end_of(log), format!(" {written}"))]
}
