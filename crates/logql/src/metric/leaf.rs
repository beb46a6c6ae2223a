//! A range aggregation: gathers what its entries add to each step, series by series.

use std::ops::Range;

use model::{Batch, Labels, Sessions, TimeRange};
use serde::{Deserialize, Serialize};

use super::deltas::Deltas;
use super::grid::Grid;
use super::samples::Samples;
use super::series_key::SeriesKey;
use super::steps::{Steps, Window};
use super::table::Table;
use crate::ast::RangeOp;
use crate::pipeline::{Entry, Pipeline};
use crate::stages::{LabelFilter, Unwrap};
use crate::{QueryError, Span, Stats};

/// A range aggregation, ready to run.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) pipeline: Pipeline,
    pub(crate) unwrap: Option<Unwrap>,
    /// Filters that stand after the unwrap.
    pub(crate) filters: Vec<LabelFilter>,
    pub(crate) window: Window,
    pub(crate) op: RangeOp,
    /// The quantile of `quantile_over_time`.
    pub(crate) parameter: f64,
    pub(crate) key: SeriesKey,
    /// The query looks at `__error__` itself, so entries with an error may come through.
    pub(crate) preserves_errors: bool,
    /// What `absent_over_time` gives when there is nothing.
    pub(crate) absent: Labels,
    pub(crate) span: Span,
    /// Where a further stage would stand.
    pub(crate) end: usize,
}

pub(crate) type LeafState = Table<Gathered>;

/// What one series has gathered; which of the three depends on the aggregation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Gathered {
    counts: Deltas,
    bytes: Deltas,
    samples: Samples,
}

/// What an aggregation keeps of each entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Count,
    CountAndBytes,
    Sample,
}

/// A batch on its way into a leaf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pushed<'a> {
    pub(crate) labels: &'a Labels,
    pub(crate) batch: &'a Batch,
    pub(crate) sessions: &'a Sessions,
    pub(crate) range: TimeRange,
}

impl Leaf {
    fn keeps(&self) -> Keeps {
        match self.op {
            RangeOp::CountOverTime | RangeOp::AbsentOverTime => Keeps::Count,
            RangeOp::Rate if self.unwrap.is_none() => Keeps::Count,
            RangeOp::BytesOverTime | RangeOp::BytesRate => Keeps::CountAndBytes,
            _ => Keeps::Sample,
        }
    }

    /// Whether each entry's number is kept until the result is made.
    pub(crate) fn keeps_samples(&self) -> bool {
        self.keeps() == Keeps::Sample
    }

    /// Whether the order of entries of one time matters.
    pub(crate) const fn needs_arrivals(&self) -> bool {
        matches!(self.op, RangeOp::FirstOverTime | RangeOp::LastOverTime | RangeOp::RateCounter)
    }

    pub(crate) fn push(
        &self,
        state: &mut LeafState,
        steps: &Steps,
        pushed: Pushed<'_>,
        stats: &mut Stats,
    ) -> Result<(), QueryError> {
        let Pushed { labels, batch, sessions, range } = pushed;
        let selection = self.pipeline.select(batch, range);
        let mut entry = Entry::new(labels, batch, sessions);
        let keeps = self.keeps();
        // All entries of the batch are of one series where nothing sets them apart.
        let alike = self.pipeline.is_done()
            && self.unwrap.is_none()
            && batch.metadata.is_empty()
            && self.key.is_of_stream();
        let mut series = None;
        let mut key = Vec::new();
        let mut cached = Holding::default();
        for row in selection.iter() {
            let timestamp = batch.timestamps.get(row).copied().unwrap_or_default();
            let held = cached.at(timestamp, steps, self.window);
            if held.is_empty() {
                continue;
            }
            entry.load(row);
            if !alike && !self.pipeline.run(&mut entry) {
                continue;
            }
            let Some(value) = self.value(&mut entry) else { continue };
            stats.matched += 1;
            let at = match series {
                Some(at) if alike => at,
                _ => {
                    self.key.write(&entry, &mut key);
                    if let Some(error) = entry.error()
                        && !self.preserves_errors
                    {
                        return Err(self.pipeline_error(error, &entry));
                    }
                    state.at(&key, || self.key.labels(&entry))
                }
            };
            series = Some(at);
            let gathered = state.get(at);
            match keeps {
                Keeps::Count => gathered.counts.add(held, 1),
                Keeps::CountAndBytes => {
                    gathered.counts.add(held.clone(), 1);
                    let bytes = i64::try_from(entry.line_len()).unwrap_or(i64::MAX);
                    gathered.bytes.add(held, bytes);
                }
                Keeps::Sample => gathered.samples.push(timestamp, entry.arrival(), value),
            }
        }
        Ok(())
    }

    /// The number an entry stands for; None when it has none or a filter drops it.
    fn value(&self, entry: &mut Entry<'_>) -> Option<f64> {
        let value = match &self.unwrap {
            Some(unwrap) => unwrap.value(entry)?,
            None => 1.0,
        };
        self.filters.iter().all(|filter| filter.passes(entry)).then_some(value)
    }

    fn pipeline_error(&self, error: &str, entry: &Entry<'_>) -> QueryError {
        let labels: Labels = entry.labels().into_iter().collect();
        QueryError::new(
            self.span,
            format!(
                "pipeline error: {error:?} for series {labels}; to leave such entries out, add \
                 `| __error__=\"\"` to the pipeline"
            ),
        )
        .with_fix(
            Span::new(self.end, self.end),
            " | __error__=\"\"",
            "leave out entries with an error",
        )
    }

    pub(crate) fn merge(state: &mut LeafState, other: LeafState, steps: &Steps) {
        for (labels, gathered) in other.into_series() {
            if !gathered.counts.fits(steps.len()) || !gathered.bytes.fits(steps.len()) {
                continue;
            }
            let into = state.entry(labels);
            into.counts.merge(&gathered.counts);
            into.bytes.merge(&gathered.bytes);
            into.samples.merge(gathered.samples);
        }
    }

    /// The value of each series at each step.
    pub(crate) fn evaluate(&self, state: &LeafState, steps: &Steps) -> Vec<Grid> {
        if self.op == RangeOp::AbsentOverTime {
            return self.absent(state, steps);
        }
        let grid = |(labels, gathered): &(Labels, Gathered)| Grid {
            labels: labels.clone(),
            values: self.values(gathered, steps),
        };
        state.iter().map(grid).filter(Grid::has_values).collect()
    }

    fn values(&self, gathered: &Gathered, steps: &Steps) -> Vec<Option<f64>> {
        if self.keeps() == Keeps::Sample {
            return gathered.samples.aggregate(self.op, self.parameter, steps, self.window);
        }
        let counts = gathered.counts.sums(steps.len());
        let amounts = match self.keeps() {
            Keeps::CountAndBytes => gathered.bytes.sums(steps.len()),
            _ => counts.clone(),
        };
        let divisor = match self.op {
            RangeOp::Rate | RangeOp::BytesRate => self.window.range_secs(),
            _ => 1.0,
        };
        #[expect(clippy::cast_precision_loss, reason = "the result is a float anyway")]
        let value = |amount: i64| amount as f64 / divisor;
        counts
            .iter()
            .zip(amounts)
            .map(|(count, amount)| (*count > 0).then(|| value(amount)))
            .collect()
    }

    fn absent(&self, state: &LeafState, steps: &Steps) -> Vec<Grid> {
        let mut present = vec![false; steps.len()];
        for (_, gathered) in state.iter() {
            for (slot, count) in present.iter_mut().zip(gathered.counts.sums(steps.len())) {
                *slot |= count > 0;
            }
        }
        let values: Vec<_> = present.iter().map(|there| (!there).then_some(1.0)).collect();
        if values.iter().all(Option::is_none) {
            return Vec::new();
        }
        vec![Grid { labels: self.absent.clone(), values }]
    }
}

/// The steps that hold an entry, kept as long as the next entries are held by the same.
#[derive(Debug, Default)]
struct Holding {
    steps: Range<usize>,
    /// Both inclusive.
    valid: Option<(i64, i64)>,
}

impl Holding {
    fn at(&mut self, timestamp: i64, steps: &Steps, window: Window) -> Range<usize> {
        if !self.valid.is_some_and(|(from, to)| from <= timestamp && timestamp <= to) {
            self.steps = steps.holding(timestamp, window);
            let (_, enters) = steps.window(self.steps.start, window);
            let (leaves, _) = steps.window(self.steps.end, window);
            self.valid = Some((timestamp, enters.min(leaves)));
        }
        self.steps.clone()
    }
}
