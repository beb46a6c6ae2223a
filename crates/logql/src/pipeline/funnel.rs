use model::{Batch, Labels, Sessions, TimeRange};

use super::build::step;
use super::{Entry, Pipeline, in_range};
use crate::QueryError;
use crate::ast::{Stage, StageKind};
use crate::line::LineFilter;
use crate::stages::Wanted;

/// The stages of one selector in the order in which they are written, with a count behind each
/// that drops entries.
#[derive(Debug)]
pub(crate) struct Funnel {
    /// Its filters are the line filters that stand before all else.
    pipeline: Pipeline,
    /// For each of its other steps, whether there is a count behind it.
    counted: Vec<bool>,
}

impl Funnel {
    /// What comes after the last stage that drops entries is left out. `now` is what templates
    /// take for the present.
    pub(crate) fn new(stages: &[Stage], now: i64) -> Result<Self, QueryError> {
        let mut pipeline = Pipeline { filters: Vec::new(), steps: Vec::new(), now };
        let mut counted = Vec::new();
        for stage in counted_part(stages) {
            let error = |message: String| QueryError::new(stage.span, message);
            match &stage.kind {
                StageKind::LineFilter { op, values } if pipeline.steps.is_empty() => {
                    pipeline.filters.push(LineFilter::new(*op, values).map_err(error)?);
                }
                kind => {
                    counted.push(drops(kind));
                    pipeline.steps.push(step(kind).map_err(error)?);
                }
            }
        }
        Ok(Self { pipeline, counted })
    }

    /// How many counts there are: that of the selector and one for each stage that drops entries.
    pub(crate) fn len(&self) -> usize {
        1 + self.pipeline.filters.len() + self.counted.iter().filter(|counted| **counted).count()
    }

    pub(crate) fn touches_line(&self) -> bool {
        self.pipeline.touches_line()
    }

    pub(crate) fn want(&mut self, wanted: &Wanted) {
        self.pipeline.want(wanted);
    }

    /// Byte strings of which one stands in each line that the first filter passes. Later filters
    /// say nothing here: what they drop is counted before them.
    pub(crate) fn literals(&self) -> Vec<Vec<Vec<u8>>> {
        let first = self.pipeline.filters.first();
        first.and_then(LineFilter::literals).into_iter().collect()
    }

    /// What stands in each line that is counted beyond the selector, where the first filter says
    /// that and no more.
    pub(crate) fn sieve(&self) -> Option<&[u8]> {
        self.pipeline.filters.first().and_then(LineFilter::only_text)
    }

    /// Adds the entries of a batch to `counts`, which has `len` of them. Gives those that the
    /// first filter passes, where they are fewer than half of the batch.
    pub(crate) fn push(
        &self,
        counts: &mut [u64],
        labels: &Labels,
        batch: &Batch,
        sessions: &Sessions,
        range: TimeRange,
    ) -> Option<Batch> {
        let mut counts = counts.iter_mut();
        let mut add = |more: usize| {
            if let Some(count) = counts.next() {
                *count += more as u64;
            }
        };
        let mut selection = in_range(batch, range);
        add(selection.len());
        let mut sifted = None;
        for (at, filter) in self.pipeline.filters.iter().enumerate() {
            selection = match &batch.lines {
                Some(lines) => filter.select(lines, selection),
                None => selection.retain(|_| filter.matches(b"")),
            };
            add(selection.len());
            if at == 0 && self.sieve().is_some() {
                sifted = selection.few_of(batch.len()).map(|rows| batch.pick(rows));
            }
        }
        if self.pipeline.steps.is_empty() || selection.len() == 0 {
            return sifted;
        }
        let mut passed = vec![0_usize; self.counted.len()];
        let mut entry = Entry::new(labels, batch, sessions);
        for row in selection.iter() {
            entry.load(row);
            for (step, passed) in self.pipeline.steps.iter().zip(&mut passed) {
                if !step.run(&mut entry, self.pipeline.now) {
                    break;
                }
                *passed += 1;
            }
        }
        let counted = passed.into_iter().zip(&self.counted).filter(|(_, counted)| **counted);
        counted.for_each(|(passed, _)| add(passed));
        sifted
    }

    /// Adds so many entries that only the selector is known to pass.
    pub(crate) fn push_left_out(counts: &mut [u64], entries: u64) {
        if let Some(count) = counts.first_mut() {
            *count += entries;
        }
    }
}

/// The stages up to the last one that drops entries.
pub(crate) fn counted_part(stages: &[Stage]) -> &[Stage] {
    let last = stages.iter().rposition(|stage| drops(&stage.kind));
    stages.get(..last.map_or(0, |at| at + 1)).unwrap_or_default()
}

/// Whether fewer entries may come out of a stage than go in.
const fn drops(stage: &StageKind) -> bool {
    matches!(stage, StageKind::LineFilter { .. } | StageKind::LabelFilter(_))
}
