//! What a shared link shows, on both of its sides.

use logql::ast::{Expr, LogExpr, MetricExpr, MetricKind, StageKind};
use model::{TimeRange, Timestamp};
use protocol::share::{HeldShare, ShareRange};

use super::{Range, View, written_out};

const SECOND_NS: i64 = 1_000_000_000;

/// The view that a link opens with: the one its owner saw, or all there is.
pub fn first_view(held: &HeldShare, token: &str) -> View {
    let mut view = View::decode(&held.view);
    view.share = Some(token.to_owned());
    if view.query.is_empty() {
        view.query.clone_from(&held.scope);
    }
    view.range = view.range.or_else(|| {
        Some(match held.range {
            ShareRange::Between { start, end } => Range::Between { start: start.0, end: end.0 },
            ShareRange::Last { seconds } => {
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                Range::Last(seconds.saturating_mul(SECOND_NS))
            }
        })
    });
    view
}

/// What of a query can be a scope: its selector and the stages that only filter. Empty where it
/// cannot be read.
pub fn scope_of(typed: &str) -> String {
    let text = written_out(typed);
    let Ok(expr) = logql::parse(&text) else { return String::new() };
    let log = match &expr {
        Expr::Log(log) => Some(log),
        Expr::Metric(metric) => log_of(metric),
    };
    let Some(log) = log else { return String::new() };
    let filters = log.pipeline.iter().take_while(|stage| {
        !matches!(
            stage.kind,
            StageKind::LineFormat(_) | StageKind::LabelFormat(_) | StageKind::Decolorize
        )
    });
    let last = filters.filter(|stage| {
        matches!(stage.kind, StageKind::LineFilter { .. } | StageKind::LabelFilter(_))
    });
    let end = last.last().map_or(log.selector_span.end, |stage| stage.span.end);
    text.get(log.selector_span.start..end).unwrap_or_default().trim().to_owned()
}

/// The first log query of a metric query.
fn log_of(metric: &MetricExpr) -> Option<&LogExpr> {
    match &metric.kind {
        MetricKind::Range(range) => Some(&range.log),
        MetricKind::Vector(vector) => log_of(&vector.inner),
        MetricKind::Binary(binary) => log_of(&binary.left).or_else(|| log_of(&binary.right)),
        MetricKind::LabelReplace(replace) => log_of(&replace.inner),
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => None,
    }
}

/// The time of a share: moving along where that was asked for and can be, else as it is now.
pub fn share_range(range: Range, resolved: TimeRange, moving: bool) -> ShareRange {
    match range {
        Range::Last(ns) if moving => {
            ShareRange::Last { seconds: u64::try_from(ns / SECOND_NS).unwrap_or_default().max(60) }
        }
        _ => ShareRange::Between {
            start: Timestamp(resolved.start.0),
            end: Timestamp(resolved.end.0),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_what_filters() {
        for (typed, scope) in [
            (r#"{job="a"}"#, r#"{job="a"}"#),
            ("CUDA error", r#"{job=~".+"} |= "CUDA error""#),
            (r#"{job="a"} |= "x" | json | n > 5 | line_format "{{.n}}""#, {
                r#"{job="a"} |= "x" | json | n > 5"#
            }),
            (r#"{job="a"} | json"#, r#"{job="a"}"#),
            (r#"{job="a"} | line_format "x" |= "x""#, r#"{job="a"}"#),
            (r#"sum(rate({job="a"} |= "x" [5m])) / 2"#, r#"{job="a"} |= "x""#),
            ("vector(1)", ""),
            ("{job=", ""),
        ] {
            assert_eq!(scope_of(typed), scope, "{typed}");
        }
    }

    #[test]
    fn a_link_opens_with_its_owners_view_or_all_there_is() {
        let held = |view: &str| HeldShare {
            label: String::new(),
            scope: r#"{job="a"}"#.to_owned(),
            range: ShareRange::Last { seconds: 3600 },
            view: view.to_owned(),
            expires: None,
        };
        let plain = first_view(&held(""), "t");
        assert_eq!((plain.query.as_str(), plain.share.as_deref()), (r#"{job="a"}"#, Some("t")));
        assert_eq!(plain.range, Some(Range::Last(3600 * SECOND_NS)));
        let own = first_view(&held("v=1&q=x&from=1&to=5&share=other"), "t");
        assert_eq!((own.query.as_str(), own.share.as_deref()), ("x", Some("t")));
        assert_eq!(own.range, Range::from_text("1", "5"));
    }

    #[test]
    fn only_a_range_up_to_now_can_move_along() {
        let resolved = TimeRange::new(5, 9);
        let fixed = ShareRange::Between { start: Timestamp(5), end: Timestamp(9) };
        let hour = Range::Last(3600 * SECOND_NS);
        assert_eq!(share_range(hour, resolved, true), ShareRange::Last { seconds: 3600 });
        assert_eq!(share_range(hour, resolved, false), fixed);
        assert_eq!(share_range(Range::All, resolved, true), fixed);
    }
}
