use std::sync::Arc;

use model::{Columns, TimeRange};

use super::metric::Builder;
use super::{Inner, Metric, Plan, Query};
use crate::ast::{Expr, LogExpr, MetricExpr};
use crate::limits::{Limits, MAX_POINTS};
use crate::metric::Steps;
use crate::pipeline::Pipeline;
use crate::{Direction, FieldNeeds, Params, QueryError, QueryKind, Read};

/// Makes a query ready to run. An error is about the query or about what is asked of it: a bad
/// regex or template, too many steps, a log query at an instant.
pub fn plan(expr: &Expr, params: &Params) -> Result<Plan, QueryError> {
    plan_within(expr, params, Limits::default())
}

/// As `plan`, for a run that may take more or less memory than usual.
pub fn plan_within(expr: &Expr, params: &Params, limits: Limits) -> Result<Plan, QueryError> {
    let (span, reads, query) = match expr {
        Expr::Log(log) => {
            let (read, pipeline) = plan_log(log, params)?;
            (log.selector_span, vec![read], Query::Log(pipeline))
        }
        Expr::Metric(metric) => {
            let steps = lay_out(metric, params)?;
            let mut builder = Builder::new(steps);
            let root = builder.root(metric)?;
            let (leaves, reads) = builder.finish();
            (metric.span, reads, Query::Metric(Metric { steps, root, leaves }))
        }
    };
    Ok(Plan { inner: Arc::new(Inner { params: params.clone(), limits, span, reads, query }) })
}

fn plan_log(log: &LogExpr, params: &Params) -> Result<(Read, Pipeline), QueryError> {
    let error = |message: &str| QueryError::new(log.selector_span, message);
    let QueryKind::Range { start, end, .. } = params.kind else {
        return Err(error(
            "log queries are not supported as an instant query, ask for a range or count the \
             entries with count_over_time",
        ));
    };
    if params.limit == 0 {
        return Err(error("the limit is 0, expected a positive number of entries"));
    }
    if end < start {
        return Err(error("the end of the time range lies before its start"));
    }
    let pipeline = Pipeline::new(&log.pipeline, end)?;
    let range = match (params.cursor, params.direction) {
        (None, _) => TimeRange::new(start, end),
        (Some((ts, _)), Direction::Backward) => {
            TimeRange::new(start, end.min(ts.saturating_add(1)))
        }
        (Some((ts, _)), Direction::Forward) => TimeRange::new(start.max(ts), end),
    };
    let read = Read {
        matchers: log.selector.clone(),
        range,
        columns: Columns::ENTRIES,
        literals: pipeline.literals(),
        fields: FieldNeeds::All,
        order: Some(params.direction),
    };
    Ok((read, pipeline))
}

fn lay_out(metric: &MetricExpr, params: &Params) -> Result<Steps, QueryError> {
    let error = |message: &str| QueryError::new(metric.span, message);
    match params.kind {
        QueryKind::Instant { at } => Ok(Steps::instant(at)),
        QueryKind::Range { start, end, step_ns } => {
            if end < start {
                return Err(error("the end of the time range lies before its start"));
            }
            if step_ns <= 0 {
                return Err(error("the step is zero or negative, expected a positive duration"));
            }
            if end.saturating_sub(start) / step_ns > MAX_POINTS {
                return Err(error(
                    "exceeded maximum resolution of 11,000 points per time series, expected a \
                     larger step or a shorter time range",
                ));
            }
            Ok(Steps::range(start, end, step_ns))
        }
    }
}
