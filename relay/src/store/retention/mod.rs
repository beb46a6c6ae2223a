//! What goes, and when. Rules and [`plan`](plan::plan) are pure; `apply` does what the plan says,
//! and `report` tells it.

mod apply;
mod plan;
mod policy;
mod report;
mod rule;

pub(crate) use apply::apply;
pub(crate) use policy::Policy;
pub(crate) use report::report;
pub use rule::{RetentionRule, RuleError};
