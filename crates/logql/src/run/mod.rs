//! A query that is being fed.

mod push;
mod result;
mod rows;
mod state;

use std::sync::Arc;

use model::Sessions;

pub use state::State;

use crate::plan::{Plan, Query};
use crate::{Outcome, QueryError, Stats};

/// A query that is being fed. It owns all it needs, so it can be kept and moved.
#[derive(Clone, Debug)]
pub struct Run {
    plan: Plan,
    sessions: Arc<Sessions>,
    state: State,
}

impl Run {
    pub(crate) fn new(plan: Plan, sessions: Sessions) -> Self {
        let state = State::new(&plan);
        Self { plan, sessions: Arc::new(sessions), state }
    }

    /// What was gathered so far, to merge into another run.
    pub fn state(&self) -> State {
        self.state.clone()
    }

    /// As `state`, without a copy.
    pub fn into_state(self) -> State {
        self.state
    }

    /// Folds in what another run of the same plan gathered. In whatever order states are merged,
    /// the result is the same.
    pub fn merge(&mut self, state: State) {
        self.state.merge(state, &self.plan);
    }

    /// The timestamp of the last row once a log query has all it may return: what lies beyond it
    /// cannot change the answer.
    pub fn full_to(&self) -> Option<i64> {
        let params = self.plan.params();
        match &self.state.gathered {
            state::Gathered::Rows(rows) => rows.full_to(params.limit, params.direction),
            state::Gathered::Leaves(_) | state::Gathered::Counts(_) => None,
        }
    }

    /// Of a plan that counts survivors: how many entries are alive after the selector and after
    /// each stage that drops some, as far as they were pushed. Of other plans: nothing.
    pub fn survivors(&self) -> &[u64] {
        match &self.state.gathered {
            state::Gathered::Counts(counts) => counts,
            state::Gathered::Rows(_) | state::Gathered::Leaves(_) => &[],
        }
    }

    /// What was seen so far.
    pub const fn stats(&self) -> Stats {
        self.state.stats
    }

    /// What there is so far. Where the result would be an error, there is nothing.
    pub fn partial(&self) -> Outcome {
        result::outcome(&self.plan, &self.state).unwrap_or_else(|_| Outcome {
            output: result::nothing(&self.plan),
            stats: self.state.stats,
            warnings: Vec::new(),
        })
    }

    /// The result. An error is one that only the whole result shows, such as too many series.
    pub fn finish(self) -> Result<Outcome, QueryError> {
        result::outcome(&self.plan, &self.state)
    }

    /// Whether this is a log query; otherwise it is a metric query.
    pub fn is_log(&self) -> bool {
        matches!(self.plan.query(), Query::Log(_))
    }
}
