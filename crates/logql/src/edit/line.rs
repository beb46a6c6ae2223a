use super::place::{Change, end_of, in_every_log, literal};
use crate::QueryError;
use crate::ast::{LabelPick, LineOp, LineValue, LogExpr, StageKind};

/// What an empty text stands for.
pub(super) const EVERYTHING: &str = "{job=~\".+\"}";

/// Adds a line filter. It stands with the first line filters, where it costs least, unless a
/// stage rewrites the line: then at the end, since it was the rewritten line that was seen.
pub fn add_line_filter(text: &str, op: LineOp, value: &str) -> Result<String, QueryError> {
    let text = if text.trim().is_empty() { EVERYTHING } else { text };
    in_every_log(text, |log| changes(log, op, value))
}

fn changes(log: &LogExpr, op: LineOp, value: &str) -> Vec<Change> {
    let there = log.pipeline.iter().any(|stage| match &stage.kind {
        StageKind::LineFilter { op: other, values } => {
            *other == op && *values == [LineValue::Text(value.to_owned())]
        }
        _ => false,
    });
    if there {
        return Vec::new();
    }
    let rewritten = log.pipeline.iter().any(|stage| {
        matches!(stage.kind, StageKind::LineFormat(_) | StageKind::Unpack | StageKind::Decolorize)
    });
    let at = if rewritten {
        end_for(log, op)
    } else {
        log.pipeline
            .iter()
            .take_while(|stage| matches!(stage.kind, StageKind::LineFilter { .. }))
            .last()
            .map_or(log.selector_span.end, |stage| stage.span.end)
    };
    vec![Change::insert(at, format!(" {} {}", op.as_str(), literal(value)))]
}

/// The end of the stages. `| drop a != "x"` would be one stage: there the filter comes before it,
/// which makes no difference to lines.
fn end_for(log: &LogExpr, op: LineOp) -> usize {
    let Some((last, before)) = log.pipeline.split_last() else { return end_of(log) };
    let open = match &last.kind {
        StageKind::Drop(picks) | StageKind::Keep(picks) => {
            matches!(picks.last(), Some(LabelPick::Name(_)))
        }
        _ => false,
    };
    if open && matches!(op, LineOp::NotContains | LineOp::NotMatches) {
        before.last().map_or(log.selector_span.end, |stage| stage.span.end)
    } else {
        end_of(log)
    }
}
