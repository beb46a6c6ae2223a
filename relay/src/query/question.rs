use logql::{Limits, Params, Plan, QueryError};

/// A query and what is asked besides its text.
#[derive(Clone, Debug)]
pub struct Question {
    pub text: String,
    pub params: Params,
    /// What it may take.
    pub limits: Limits,
}

impl Question {
    /// Parses and plans in one step.
    pub fn plan(&self) -> Result<Plan, QueryError> {
        logql::plan_within(&logql::parse(&self.text)?, &self.params, self.limits.clone())
    }
}
