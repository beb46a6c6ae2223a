use logql::ast::{Expr, StageKind};
use model::{Batch, Labels, Matcher, Sessions, TimeRange};
use protocol::share::ShareRange;

use crate::query::query_message;

const MINUTE_NS: i64 = 60_000_000_000;

/// What a share's holder can see, ready to be applied.
#[derive(Clone, Debug)]
pub struct Scope {
    pub matchers: Vec<Matcher>,
    /// With stages behind its selector: decides about each entry.
    filter: Option<Expr>,
    range: ShareRange,
}

#[derive(Debug, thiserror::Error)]
pub enum ScopeError {
    #[error("scope: {message}")]
    Query { message: String },
    #[error("a scope is a selector with stages that filter, not a query that counts: {scope}")]
    Metric { scope: String },
    #[error("a scope only filters, {stage:?} would change lines; put it into the view's query")]
    Changes { stage: String },
    #[error("the range ends before it begins")]
    Range,
    #[error("the range is empty: expected at least a minute")]
    Short,
    #[error("the scope could not be applied: {message}")]
    Failed { message: String },
}

impl Scope {
    pub fn new(text: &str, range: ShareRange) -> Result<Self, ScopeError> {
        let expr = logql::parse(text)
            .map_err(|error| ScopeError::Query { message: query_message(text, &error) })?;
        let Expr::Log(log) = &expr else {
            return Err(ScopeError::Metric { scope: text.to_owned() });
        };
        if let Some(stage) = log.pipeline.iter().find(|stage| !only_filters(&stage.kind)) {
            let stage = text.get(stage.span.start..stage.span.end).unwrap_or_default();
            return Err(ScopeError::Changes { stage: stage.trim().to_owned() });
        }
        match range {
            ShareRange::Between { start, end } if start >= end => return Err(ScopeError::Range),
            ShareRange::Last { seconds } if seconds < 60 => return Err(ScopeError::Short),
            _ => {}
        }
        let matchers = log.selector.clone();
        let filter = (!log.pipeline.is_empty()).then_some(expr);
        Ok(Self { matchers, filter, range })
    }

    /// Which time it is about now. A moving range begins with a whole minute, so that what was
    /// cut for it serves until the next one; never before what was granted.
    pub fn range_at(&self, now_ns: i64) -> TimeRange {
        match self.range {
            ShareRange::Between { start, end } => TimeRange { start, end },
            ShareRange::Last { seconds } => {
                let span = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
                let start = now_ns.saturating_sub(span);
                let minute = start.saturating_add(MINUTE_NS - 1).div_euclid(MINUTE_NS);
                TimeRange::new(minute.saturating_mul(MINUTE_NS), i64::MAX)
            }
        }
    }

    /// Whether every entry of a stream in the range belongs to it.
    pub const fn takes_all(&self) -> bool {
        self.filter.is_none()
    }

    /// The entries that belong to it, as they are stored.
    pub fn cut(
        &self,
        labels: &Labels,
        batch: &Batch,
        sessions: &Sessions,
        range: TimeRange,
    ) -> Result<Batch, ScopeError> {
        if !self.matchers.iter().all(|matcher| matcher.matches(labels)) {
            return Ok(Batch::default());
        }
        let within = chunk::between(batch, range);
        let Some(filter) = &self.filter else { return Ok(within) };
        export::matching(filter, labels, &within, sessions, range)
            .map_err(|error| ScopeError::Failed { message: error.message })
    }
}

/// Whether a stage leaves lines and labels of what it lets through as they are stored. Parsers
/// make labels for the stages after them; nothing of that is served.
const fn only_filters(stage: &StageKind) -> bool {
    matches!(
        stage,
        StageKind::LineFilter { .. }
            | StageKind::LabelFilter(_)
            | StageKind::Json(_)
            | StageKind::Logfmt { .. }
            | StageKind::Pattern(_)
            | StageKind::Regexp(_)
            | StageKind::Unpack
            | StageKind::Drop(_)
            | StageKind::Keep(_)
    )
}
