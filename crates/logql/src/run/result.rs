use super::state::{Gathered, State};
use crate::metric::{Context, Grid, Value};
use crate::plan::{Metric, Plan, Query};
use crate::{Outcome, Output, QueryError, QueryKind, Sample, Series};

/// What the gathered state amounts to.
pub(super) fn outcome(plan: &Plan, state: &State) -> Result<Outcome, QueryError> {
    state.check(plan)?;
    let output = match (plan.query(), &state.gathered) {
        (Query::Log(_), Gathered::Rows(rows)) => {
            Output::Rows(rows.in_order(plan.params().direction))
        }
        (Query::Metric(metric), Gathered::Leaves(states)) => {
            let context = Context { leaves: &metric.leaves, states, steps: &metric.steps };
            output(plan, metric, metric.root.evaluate(context)?)?
        }
        _ => nothing(plan),
    };
    Ok(Outcome { output, stats: state.stats, warnings: Vec::new() })
}

/// The empty result.
pub(super) fn nothing(plan: &Plan) -> Output {
    match (plan.query(), plan.params().kind) {
        (Query::Log(_) | Query::Funnel(_), _) => Output::Rows(Vec::new()),
        (Query::Metric(_), QueryKind::Range { .. }) => Output::Matrix(Vec::new()),
        (Query::Metric(_), QueryKind::Instant { .. }) => Output::Vector(Vec::new()),
    }
}

fn output(plan: &Plan, metric: &Metric, value: Value) -> Result<Output, QueryError> {
    let steps = &metric.steps;
    match (value, plan.params().kind) {
        (Value::Scalar(number), QueryKind::Instant { .. }) => Ok(Output::Scalar(number)),
        (Value::Scalar(number), QueryKind::Range { .. }) => {
            let samples = (0..steps.len()).map(|step| (steps.at(step), number)).collect();
            Ok(Output::Matrix(vec![Series { samples, ..Series::default() }]))
        }
        (Value::Series(grids), kind) => {
            let max = plan.params().max_series;
            if grids.len() > max {
                return Err(too_many_series(plan));
            }
            Ok(match kind {
                QueryKind::Range { .. } => {
                    let mut series: Vec<_> =
                        grids.into_iter().map(|grid| series(grid, metric)).collect();
                    series.sort_by(|a, b| a.labels.cmp(&b.labels));
                    Output::Matrix(series)
                }
                QueryKind::Instant { at } => Output::Vector(vector(grids, at, metric)),
            })
        }
    }
}

pub(super) fn too_many_series(plan: &Plan) -> QueryError {
    QueryError::new(
        plan.span(),
        format!(
            "maximum number of series ({}) reached for a single query; narrow the selector or \
             group the result by fewer labels",
            plan.params().max_series
        ),
    )
}

fn series(grid: Grid, metric: &Metric) -> Series {
    let samples = grid
        .values
        .iter()
        .enumerate()
        .filter_map(|(step, value)| Some((metric.steps.at(step), (*value)?)))
        .collect();
    Series { labels: grid.labels, samples }
}

fn vector(grids: Vec<Grid>, at: i64, metric: &Metric) -> Vec<Sample> {
    let mut samples: Vec<Sample> = grids
        .into_iter()
        .filter_map(|grid| {
            let value = grid.values.first().copied().flatten()?;
            Some(Sample { labels: grid.labels, timestamp: at, value })
        })
        .collect();
    if !metric.root.orders_result() {
        samples.sort_by(|a, b| a.labels.cmp(&b.labels));
    }
    samples
}
