use std::rc::Rc;

use logql::Span;
use logql::ast::{Expr, LogExpr, MetricExpr, MetricKind, StageKind};

use super::written_out;
use crate::engine::message::Event;

/// The part of a query whose survivors are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// A log query.
    pub text: String,
    /// What each count stands behind: the selector, then each stage that drops lines. Places in
    /// the query as it is written out.
    pub spans: Vec<Span>,
    /// The same as text.
    pub stages: Vec<String>,
}

impl Counted {
    /// None where there is nothing to count yet, or no one way that lines take: a metric query of
    /// two selectors.
    pub fn of(typed: &str) -> Option<Self> {
        let whole = written_out(typed);
        let expr = logql::parse(&whole).ok()?;
        let log = match &expr {
            Expr::Log(log) => log,
            Expr::Metric(metric) => only_log(metric)?,
        };
        let dropping = log.pipeline.iter().filter(|stage| {
            matches!(stage.kind, StageKind::LineFilter { .. } | StageKind::LabelFilter(_))
        });
        let spans: Vec<Span> =
            [log.selector_span].into_iter().chain(dropping.map(|stage| stage.span)).collect();
        let part = |span: &Span| whole.get(span.start..span.end).map(|text| text.trim().to_owned());
        let end = spans.last()?.end;
        Some(Self {
            text: whole.get(log.selector_span.start..end)?.to_owned(),
            stages: spans.iter().map(part).collect::<Option<_>>()?,
            spans,
        })
    }
}

/// The lines that a metric query looks at, where they are all of one kind.
fn only_log(metric: &MetricExpr) -> Option<&LogExpr> {
    match &metric.kind {
        MetricKind::Range(range) => Some(&range.log),
        MetricKind::Vector(vector) => only_log(&vector.inner),
        MetricKind::LabelReplace(replace) => only_log(&replace.inner),
        MetricKind::Binary(binary) => match (only_log(&binary.left), only_log(&binary.right)) {
            (Some(log), None) | (None, Some(log)) => Some(log),
            _ => None,
        },
        MetricKind::Number(_) | MetricKind::VectorLiteral(_) => None,
    }
}

/// How many lines are alive after each step of what is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survivors {
    pub counted: Option<Rc<Counted>>,
    /// One for each of the spans, once there is an answer.
    pub counts: Vec<u64>,
    /// The first count is too large by blocks that lie partly outside of the range.
    pub at_most: bool,
    /// More is to come.
    pub running: bool,
}

impl Survivors {
    /// With what the engine said about `counted`.
    #[must_use]
    pub fn heard(&self, counted: &Rc<Counted>, event: &Event) -> Self {
        let (counts, coverage, running) = match event {
            Event::Progress { progress, .. } => (&progress.survivors, &progress.coverage, true),
            Event::Done { done, .. } => (&done.survivors, &done.coverage, false),
            // The query itself will say what is wrong with it when it runs.
            Event::Failed { .. } => return Self::default(),
            _ => return self.clone(),
        };
        if counts.len() != counted.spans.len() {
            return self.clone();
        }
        Self {
            counted: Some(Rc::clone(counted)),
            counts: counts.clone(),
            at_most: coverage.entries_at_most,
            running,
        }
    }

    /// The count behind the part of the written-out query at `span`.
    pub fn at(&self, span: Span) -> Option<u64> {
        let at = self.counted.as_ref()?.spans.iter().position(|known| *known == span)?;
        self.counts.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::message::{Coverage, Done, Progress};

    #[test]
    fn each_stage_that_drops_lines_is_counted() {
        for (typed, stages) in [
            ("", &[r#"{job=~".+", level!="debug"}"#][..]),
            ("oops", &[r#"{job=~".+"}"#, r#"|= "oops""#]),
            (r#"{a="b"} | json | x="1""#, &[r#"{a="b"}"#, r#"| x="1""#]),
            (
                r#"sum(rate({a="b"} |= "x" != "y" [5m])) > 1"#,
                &[r#"{a="b"}"#, r#"|= "x""#, r#"!= "y""#],
            ),
        ] {
            let counted = Counted::of(typed).unwrap();
            assert_eq!(counted.stages, stages, "{typed}");
            assert!(matches!(logql::parse(&counted.text), Ok(Expr::Log(_))), "{}", counted.text);
        }
        for typed in ["{a=", "1 + 1", r#"rate({a="b"}[1m]) / rate({a="c"}[1m])"#] {
            assert_eq!(Counted::of(typed), None, "{typed}");
        }
    }

    #[test]
    fn counts_stand_beside_their_parts() {
        let counted = Rc::new(Counted::of(r#"{a="b"} |= "x""#).unwrap());
        let coverage = Coverage { entries_at_most: true, ..Coverage::default() };
        let progress = Progress { survivors: vec![9, 2], coverage, ..Progress::default() };
        let some = Survivors::default().heard(&counted, &Event::Progress { id: 1, progress });
        assert_eq!((some.at(counted.spans[1]), some.running, some.at_most), (Some(2), true, true));
        let done = Done { survivors: vec![10, 3], ..Done::default() };
        let all = some.heard(&counted, &Event::Done { id: 1, done });
        assert_eq!((all.at(counted.spans[0]), all.running), (Some(10), false));
        assert_eq!(all.at(Span::new(0, 1)), None);
    }
}
