use serde::{Deserialize, Serialize};

use super::rows::Rows;
use crate::metric::{Leaf, LeafState};
use crate::plan::{Plan, Query};
use crate::{QueryError, Stats};

/// What a run has gathered: crosses between workers and folds into another run of the same plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) stats: Stats,
    /// How many numbers `gathered` keeps, over all its series.
    pub(super) num_samples: usize,
    pub(super) gathered: Gathered,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Gathered {
    Rows(Rows),
    /// One for each range aggregation.
    Leaves(Vec<LeafState>),
    /// Entries alive after the selector and after each stage that drops some.
    Counts(Vec<u64>),
}

impl State {
    pub(super) fn new(plan: &Plan) -> Self {
        let gathered = match plan.query() {
            Query::Log(_) => Gathered::Rows(Rows::default()),
            Query::Funnel(funnel) => Gathered::Counts(vec![0; funnel.len()]),
            Query::Metric(metric) => {
                Gathered::Leaves(metric.leaves.iter().map(|_| LeafState::default()).collect())
            }
        };
        Self { stats: Stats::default(), num_samples: 0, gathered }
    }

    /// Whether it takes more memory than a run of this plan may.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), QueryError> {
        let limits = plan.limits();
        let refused = |message: String| Err(QueryError::new(plan.span(), message));
        if self.num_samples > limits.max_samples {
            return refused(format!(
                "the query takes more than {} numbers out of its entries, expected a shorter \
                 time range, a narrower selector or a filter before the unwrap",
                limits.max_samples
            ));
        }
        match (&self.gathered, plan.query()) {
            (Gathered::Rows(rows), _) => limits
                .check_rows(rows.num_bytes())
                .map_err(|error| QueryError { span: plan.span(), ..error }),
            (Gathered::Leaves(leaves), Query::Metric(metric)) => {
                let num_series: usize = leaves.iter().map(LeafState::len).sum();
                if num_series.saturating_mul(metric.steps.len()) <= limits.max_values {
                    return Ok(());
                }
                refused(format!(
                    "the query has more than {} values ({num_series} series so far at {} points), \
                     expected a larger step, or fewer labels by a grouping",
                    limits.max_values,
                    metric.steps.len()
                ))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn merge(&mut self, other: Self, plan: &Plan) {
        self.stats.merge(&other.stats);
        self.num_samples = self.num_samples.saturating_add(other.num_samples);
        match (&mut self.gathered, other.gathered, plan.query()) {
            (Gathered::Rows(rows), Gathered::Rows(others), Query::Log(_)) => {
                let params = plan.params();
                rows.merge(others, params.limit, params.direction);
            }
            (Gathered::Leaves(leaves), Gathered::Leaves(others), Query::Metric(metric)) => {
                for (leaf, other) in leaves.iter_mut().zip(others) {
                    Leaf::merge(leaf, other, &metric.steps);
                }
            }
            (Gathered::Counts(counts), Gathered::Counts(others), _) => {
                for (count, other) in counts.iter_mut().zip(others) {
                    *count += other;
                }
            }
            // States of another plan say nothing about this one.
            _ => {}
        }
    }
}
