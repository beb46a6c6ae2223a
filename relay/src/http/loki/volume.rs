//! `index/stats`, `index/volume` and `index/volume_range`: how much there is, without the lines.

use std::collections::{BTreeMap, BTreeSet};

use model::{Labels, MatchOp, Matcher};
use protocol::loki::{
    IndexStats, MatrixSeries, QueryData, QueryResult, Response as Envelope, VectorSample,
};
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::path;
use warp::reply::Response;

use crate::http::loki::answer::answer;
use crate::http::loki::encode::seconds;
use crate::http::loki::query::work;
use crate::http::loki::request::{self, Range};
use crate::http::params::{Params, parse_selector};
use crate::http::{ApiError, App};
use crate::query::{Buckets, Held, Survey, survey};

const DEFAULT_SERIES: usize = 100;
/// Loki's default: more is cut off.
pub const MAX_SERIES: usize = 1000;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    answer(app, path!("loki" / "api" / "v1" / "index" / "stats"), stats)
        .or(answer(app, path!("loki" / "api" / "v1" / "index" / "volume"), volume))
        .unify()
        .or(answer(app, path!("loki" / "api" / "v1" / "index" / "volume_range"), volume_range))
        .unify()
        .boxed()
}

async fn stats(app: App, params: Params) -> Result<IndexStats, ApiError> {
    let matchers = parse_selector(request::query(&params)?)?;
    let Range { start, end } = request::range(&params, request::DEFAULT_SINCE_NS)?;
    let buckets = Buckets::one(start, end);
    let (Survey { held, warnings }, _) =
        work(&app, move |store, cancel, _| survey(store, &matchers, buckets, cancel)).await?;
    let sum = |count: fn(&Held) -> u64| held.values().map(count).sum();
    Ok(IndexStats {
        streams: held.len() as u64,
        chunks: sum(|held| held.chunks),
        bytes: sum(|held| held.bytes.iter().sum()),
        entries: sum(|held| held.entries),
        warnings,
    })
}

async fn volume(app: App, params: Params) -> Result<Envelope<QueryData>, ApiError> {
    let range = request::limited_range(&params, &app)?;
    let (sums, warnings) = volumes(&app, &params, Buckets::one(range.start, range.end)).await?;
    let samples = sums.into_iter().map(|(metric, bytes)| VectorSample {
        metric,
        value: (seconds(range.end), total(&bytes).to_string()),
    });
    Ok(envelope(QueryResult::Vector(samples.collect()), warnings))
}

async fn volume_range(app: App, params: Params) -> Result<Envelope<QueryData>, ApiError> {
    let limits = &app.config().limits;
    let range = request::limited_range(&params, &app)?;
    let step_ns = request::step(&params, range, limits)?;
    let step_ns = u64::try_from(step_ns).unwrap_or(1);
    let buckets = Buckets { start: range.start, end: range.end, step_ns };
    let (sums, warnings) = volumes(&app, &params, buckets).await?;
    let series = sums.into_iter().map(|(metric, bytes)| MatrixSeries {
        metric,
        values: bytes
            .iter()
            .enumerate()
            .filter(|(_, bytes)| **bytes > 0)
            .map(|(at, bytes)| (stamp(buckets, at), bytes.to_string()))
            .collect(),
    });
    Ok(envelope(QueryResult::Matrix(series.collect()), warnings))
}

/// A bucket is stamped with the last millisecond that it holds, the last one with the end.
fn stamp(buckets: Buckets, at: usize) -> f64 {
    let end = buckets.end_of(at);
    seconds(if end == buckets.end { end } else { end - 1_000_000 })
}

fn envelope(result: QueryResult, warnings: Vec<String>) -> Envelope<QueryData> {
    let stats = serde_json::json!({});
    let data = QueryData { result, encoding_flags: Vec::new(), stats };
    Envelope { warnings, ..Envelope::new(data) }
}

/// What the sums are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A sum for each combination of values of the labels.
    Series,
    /// A sum for each label, over all its values.
    Labels,
}

/// Labels, and what was counted of them in each bucket.
type Sums = Vec<(Labels, Vec<u64>)>;

/// The largest sums with their labels, in each bucket, largest first; and what was not counted.
async fn volumes(
    app: &App,
    params: &Params,
    buckets: Buckets,
) -> Result<(Sums, Vec<String>), ApiError> {
    let by = match params.get("aggregateBy") {
        None | Some("series") => By::Series,
        Some("labels") => By::Labels,
        Some(other) => {
            return Err(ApiError::bad_request(format!(
                "invalid aggregation option {other:?}, expected series or labels"
            )));
        }
    };
    let limit = request::positive(params, "limit", DEFAULT_SERIES)?.min(MAX_SERIES);
    let mut matchers = parse_selector(request::query(params)?)?;
    let targets = targets(params, &mut matchers)?;
    let (Survey { held, warnings }, _) = work(app, {
        let matchers = matchers.clone();
        move |store, cancel, _| survey(store, &matchers, buckets, cancel)
    })
    .await?;
    let named: BTreeSet<&str> = match &targets {
        Some(targets) => targets.iter().map(String::as_str).collect(),
        None => matchers.iter().map(|matcher| matcher.name.as_str()).collect(),
    };
    // Without a selector and without a word about labels each stream stands for itself.
    let wanted = |name: &str| match by {
        By::Series => named.is_empty() || named.contains(name),
        By::Labels => targets.is_none() || named.contains(name),
    };
    let mut sums: BTreeMap<Labels, Vec<u64>> = BTreeMap::new();
    let mut add = |labels: Labels, held: &Held| {
        let sum = sums.entry(labels).or_insert_with(|| vec![0; held.bytes.len()]);
        for (sum, bytes) in sum.iter_mut().zip(&held.bytes) {
            *sum += bytes;
        }
    };
    for (labels, held) in &held {
        let shown = labels.iter().filter(|(name, _)| wanted(name));
        match by {
            By::Series => add(shown.collect(), held),
            By::Labels => shown.for_each(|(name, _)| add(Labels::from([(name, "")]), held)),
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, bytes)| std::cmp::Reverse(total(bytes)));
    sums.truncate(limit);
    Ok((sums, warnings))
}

/// `targetLabels`; a stream without one of them does not count.
fn targets(params: &Params, matchers: &mut Vec<Matcher>) -> Result<Option<Vec<String>>, ApiError> {
    let Some(text) = params.get("targetLabels") else {
        return Ok(None);
    };
    let names: Vec<String> = text
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    for name in &names {
        if !matchers.iter().any(|matcher| matcher.name == *name) {
            let matcher = Matcher::new(name.clone(), MatchOp::Regex, ".+")
                .map_err(|error| ApiError::bad_request(format!("targetLabels: {error}")))?;
            matchers.push(matcher);
        }
    }
    Ok(Some(names))
}

fn total(bytes: &[u64]) -> u64 {
    bytes.iter().sum()
}
