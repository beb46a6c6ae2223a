use serde::{Deserialize, Serialize};

use super::rows::Rows;
use crate::Stats;
use crate::metric::{Leaf, LeafState};
use crate::plan::{Plan, Query};

/// What a run has gathered: crosses between workers and folds into another run of the same plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    pub(super) stats: Stats,
    pub(super) gathered: Gathered,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Gathered {
    Rows(Rows),
    /// One for each range aggregation.
    Leaves(Vec<LeafState>),
}

impl State {
    pub(super) fn new(plan: &Plan) -> Self {
        let gathered = match plan.query() {
            Query::Log(_) => Gathered::Rows(Rows::default()),
            Query::Metric(metric) => {
                Gathered::Leaves(metric.leaves.iter().map(|_| LeafState::default()).collect())
            }
        };
        Self { stats: Stats::default(), gathered }
    }

    pub(super) fn merge(&mut self, other: Self, plan: &Plan) {
        self.stats.merge(&other.stats);
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
            // States of another plan say nothing about this one.
            _ => {}
        }
    }
}
