//! Evaluations that cost what is new.
//!
//! A rule is evaluated again and again over windows that overlap. Here one range query stands for
//! a number of evaluations to come, with a step for each: what arrives is pushed once, counts to
//! every step that will see it, and an evaluation reads off its step. Before the last step of a
//! query is used up, the next query runs beside it, so that nothing is read twice. It holds for
//! everything LogQL can say, since it is LogQL's own evaluation of ranges.

use logql::ast::Expr;
use logql::{
    Direction, FieldNeeds, Output, Params, Plan, QueryError, QueryKind, Read, Run, Sample, Span,
    plan,
};
use model::{Batch, Labels, Sessions, TimeRange, Timestamp};

/// Fewer steps: queries change more often. More: each evaluation looks at more of them.
const MIN_STEPS: i64 = 8;
const MAX_STEPS: i64 = 240;
/// Series that come and go within a query are more than those of a step.
const SERIES_FACTOR: usize = 4;

/// What was not pushed yet and is stored already: read it and give it to `fill`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    epoch: i64,
    /// The position of the selector, as in `Plan::reads`.
    pub read: usize,
    /// What to read: matchers, range, columns.
    pub wanted: Read,
}

/// The running evaluation of one rule. It is not kept over a restart: what it needs is read again.
#[derive(Debug)]
pub struct Incremental {
    expr: Expr,
    interval_ns: i64,
    max_series: usize,
    steps: i64,
    epochs: Vec<Epoch>,
    /// The latest timestamp that was pushed.
    latest: Option<i64>,
    /// They give the session fields of the entries.
    sessions: Sessions,
}

#[derive(Debug)]
struct Epoch {
    start: i64,
    end: i64,
    plan: Plan,
    run: Run,
    missing: Vec<Missing>,
}

impl Incremental {
    /// Of a metric query that is evaluated every `interval_ns`.
    pub fn new(expr: Expr, interval_ns: i64, max_series: usize) -> Result<Self, QueryError> {
        let interval_ns = interval_ns.max(1);
        let mut new = Self {
            expr,
            interval_ns,
            max_series,
            steps: 1,
            epochs: Vec::new(),
            latest: None,
            sessions: Sessions::default(),
        };
        let once = new.plan(0, 0)?;
        let window = once.reads().iter().map(|read| width(read.range)).max().unwrap_or(0);
        // As long as its window, a query shares half of what it reads with the next one.
        new.steps = (window / interval_ns).clamp(MIN_STEPS, MAX_STEPS);
        Ok(new)
    }

    /// What each selector needs of new entries. The range is of no meaning: all that arrives is
    /// pushed, also what comes late.
    pub fn reads(&self) -> Vec<Read> {
        self.plan(0, 0).map(|plan| plan.reads().to_vec()).unwrap_or_default()
    }

    /// Tells which sessions there are; of no meaning to a query that names no field. Where they
    /// changed, entries may have got other fields: `prepare` asks for all of them again.
    pub fn set_sessions(&mut self, sessions: &Sessions) {
        if self.reads().iter().all(|read| read.fields == FieldNeeds::None) {
            return;
        }
        if self.sessions != *sessions {
            self.sessions = sessions.clone();
            self.epochs.clear();
        }
    }

    /// Makes ready for the evaluation at `at`, before anything newer than the evaluation before is
    /// pushed. What it gives is to be read from the store, all that was stored or pushed until now,
    /// and handed to `fill`. That is something at the first evaluation, after evaluations that did
    /// not take place, and where entries came from the future; else nothing.
    pub fn prepare(&mut self, at: i64) -> Result<Vec<Missing>, QueryError> {
        self.epochs.retain(|epoch| epoch.end >= at);
        let fits = |epoch: &Epoch| (at - epoch.start) % self.interval_ns == 0 && epoch.start <= at;
        if !self.epochs.first().is_some_and(fits) {
            self.epochs.clear();
            self.open(at, true)?;
        }
        // What the next evaluation after this one brings must find its query open.
        while let Some(last) = self.epochs.last() {
            let start = last.end + self.interval_ns;
            let next = self.plan(start, start)?;
            let from = next.reads().iter().map(|read| read.range.start.0).min();
            if from.is_none_or(|from| from > at + self.interval_ns) {
                break;
            }
            let known = self.latest.zip(from).is_some_and(|(latest, from)| latest >= from);
            // One that opens together with the first knows as little.
            let fresh = self.epochs.iter().any(|epoch| !epoch.missing.is_empty());
            self.open(start, known || fresh)?;
        }
        let missing = self.epochs.iter().flat_map(|epoch| &epoch.missing);
        Ok(missing.cloned().collect())
    }

    /// Takes what was read for one part of what was missing.
    pub fn fill(
        &mut self,
        missing: &Missing,
        labels: &Labels,
        batch: &Batch,
    ) -> Result<(), QueryError> {
        let found = self.epochs.iter_mut().find(|epoch| epoch.start == missing.epoch);
        match found {
            Some(epoch) => epoch.run.push(missing.read, labels, batch).map(drop),
            None => Ok(()),
        }
    }

    /// Says that all of `missing` was read.
    pub fn filled(&mut self, missing: &Missing) {
        for epoch in &mut self.epochs {
            epoch.missing.retain(|other| other != missing);
        }
    }

    /// Takes new entries of a stream that the selector at `read` selects.
    pub fn push(&mut self, read: usize, labels: &Labels, batch: &Batch) -> Result<(), QueryError> {
        self.latest = self.latest.max(batch.timestamps.iter().copied().max());
        for epoch in &mut self.epochs {
            epoch.run.push(read, labels, batch)?;
        }
        Ok(())
    }

    /// The samples at `at`, those an instant query would give; a number is one without labels.
    pub fn evaluate(&mut self, at: i64) -> Result<Vec<Sample>, QueryError> {
        let Some(epoch) = self.epochs.iter().find(|e| e.start <= at && at <= e.end) else {
            return Ok(Vec::new());
        };
        let Output::Matrix(series) = epoch.run.clone().finish()?.output else {
            return Ok(Vec::new());
        };
        let samples = series.into_iter().filter_map(|series| {
            let at_step = series.samples.binary_search_by_key(&at, |(time, _)| *time).ok()?;
            let (timestamp, value) = *series.samples.get(at_step)?;
            Some(Sample { labels: series.labels, timestamp, value })
        });
        let samples: Vec<Sample> = samples.collect();
        if samples.len() > self.max_series {
            let message = format!(
                "{} series, more than {}: group the result by fewer labels",
                samples.len(),
                self.max_series
            );
            let span = match &self.expr {
                Expr::Log(_) => Span::default(),
                Expr::Metric(metric) => metric.span,
            };
            return Err(QueryError::new(span, message));
        }
        Ok(samples)
    }

    fn open(&mut self, start: i64, is_missing: bool) -> Result<(), QueryError> {
        let end = start.saturating_add(self.interval_ns.saturating_mul(self.steps - 1));
        let plan = self.plan(start, end)?;
        let reads = plan.reads().iter().enumerate();
        let missing =
            |(read, wanted): (usize, &Read)| Missing { epoch: start, read, wanted: wanted.clone() };
        let missing = if is_missing { reads.map(missing).collect() } else { Vec::new() };
        let run = plan.start(&self.sessions);
        self.epochs.push(Epoch { start, end, plan, run, missing });
        Ok(())
    }

    fn plan(&self, start: i64, end: i64) -> Result<Plan, QueryError> {
        let params = Params {
            kind: QueryKind::Range { start, end, step_ns: self.interval_ns },
            limit: 1,
            direction: Direction::Forward,
            max_series: self.max_series.saturating_mul(SERIES_FACTOR),
            cursor: None,
        };
        plan(&self.expr, &params)
    }

    /// What the queries that run now read in all, for those who want to show it.
    pub fn span(&self) -> Option<TimeRange> {
        let reads = || self.epochs.iter().flat_map(|epoch| epoch.plan.reads());
        let start = reads().map(|read| read.range.start).min()?;
        let end = reads().map(|read| read.range.end).max()?;
        Some(TimeRange { start, end })
    }
}

fn width(range: TimeRange) -> i64 {
    let (Timestamp(start), Timestamp(end)) = (range.start, range.end);
    end.saturating_sub(start)
}
