use logql::ast::Expr;
use logql::{Plan, QueryKind};
use model::TimeRange;

use super::message::{Failure, QueryRequest, Wants};

/// A request made ready to run.
pub fn planned(query: &QueryRequest) -> Result<Plan, Failure> {
    let expr = logql::parse(&query.text).map_err(Failure::Query)?;
    let plan = match (&expr, query.wants, query.params.kind) {
        (Expr::Log(log), Wants::Survivors, QueryKind::Range { start, end, .. }) => {
            logql::plan_funnel(log, TimeRange::new(start, end))
        }
        _ => logql::plan(&expr, &query.params),
    };
    plan.map_err(Failure::Query)
}
