//! From a query to what can be run: everything that can fail because of the query fails here.

mod compile;
mod funnel;
mod metric;
mod names;

use std::sync::Arc;

use model::Sessions;

pub use compile::{plan, plan_within};
pub use funnel::plan_funnel;

use crate::limits::Limits;
use crate::metric::{Leaf, Node, Steps};
use crate::pipeline::{Funnel, Pipeline};
use crate::{Params, Read, Run, Span};

/// A query made ready: regexes compiled, limits checked, steps laid out. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Plan {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    params: Params,
    limits: Limits,
    span: Span,
    reads: Vec<Read>,
    query: Query,
}

#[derive(Debug)]
pub(crate) enum Query {
    Log(Pipeline),
    /// A log query of which only the survivors are counted.
    Funnel(Funnel),
    Metric(Metric),
}

/// A metric query. The read of `leaves[i]` is `reads[i]`.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) steps: Steps,
    pub(crate) root: Node,
    pub(crate) leaves: Vec<Leaf>,
}

impl Plan {
    /// What the query needs, one for each selector in it; push what was read under its position.
    pub fn reads(&self) -> &[Read] {
        &self.inner.reads
    }

    /// A run that has seen nothing yet. `sessions` give the session fields of the entries.
    pub fn start(&self, sessions: &Sessions) -> Run {
        Run::new(self.clone(), sessions.clone())
    }

    /// Of a plan that counts survivors: the text that stands in each line which is counted beyond
    /// the selector, where one is known. Of entries without it only the number matters
    /// ([`Run::sift`]).
    pub fn sieve(&self) -> Option<&[u8]> {
        match self.query() {
            Query::Funnel(funnel) => funnel.sieve(),
            Query::Log(_) | Query::Metric(_) => None,
        }
    }

    pub(crate) fn query(&self) -> &Query {
        &self.inner.query
    }

    pub(crate) fn params(&self) -> &Params {
        &self.inner.params
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// The whole query.
    pub(crate) fn span(&self) -> Span {
        self.inner.span
    }
}
