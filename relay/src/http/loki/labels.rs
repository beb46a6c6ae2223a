//! `labels`, `label/NAME/values`, `series` and `detected_labels`: what the index alone knows.

use std::collections::{BTreeMap, BTreeSet};

use model::{Labels, TimeRange};
use protocol::loki::{DetectedLabel, DetectedLabels, Response as Envelope};
use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::path;
use warp::reply::Response;

use crate::http::blocking::blocking;
use crate::http::loki::answer::{answer, named};
use crate::http::loki::request::{self, Range};
use crate::http::params::{Params, parse_selector};
use crate::http::{ApiError, App};
use crate::query::Gaps;

/// Loki's default for these: the last six hours.
const DEFAULT_SINCE_NS: i64 = 6 * 3600 * 1_000_000_000;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let values =
        |app: App, name: String, params: Params| async move { values(&app, &name, &params).await };
    answer(app, path!("loki" / "api" / "v1" / "labels"), all_names)
        .or(answer(app, path!("loki" / "api" / "v1" / "label"), all_names))
        .unify()
        .or(named(app, path!("loki" / "api" / "v1" / "label" / String / "values"), values))
        .unify()
        .or(answer(app, path!("loki" / "api" / "v1" / "series"), series))
        .unify()
        .or(answer(app, path!("loki" / "api" / "v1" / "detected_labels"), detected))
        .unify()
        .boxed()
}

/// Something that is known without a look at entries, and what it may miss.
type Known<T> = Result<Envelope<BTreeSet<T>>, ApiError>;

async fn all_names(app: App, params: Params) -> Known<String> {
    names(&app, &params).await
}

/// The names of labels.
pub async fn names(app: &App, params: &Params) -> Known<String> {
    let Envelope { data, warnings, .. } = of_query(app, params).await?;
    let names = data.iter().flat_map(Labels::iter).map(|(name, _)| name.to_owned());
    Ok(Envelope { warnings, ..Envelope::new(names.collect()) })
}

/// The values of one label.
pub async fn values(app: &App, name: &str, params: &Params) -> Known<String> {
    let Envelope { data, warnings, .. } = of_query(app, params).await?;
    let values = data.iter().filter_map(|labels| labels.get(name)).map(str::to_owned);
    Ok(Envelope { warnings, ..Envelope::new(values.collect()) })
}

/// Streams by their labels.
pub async fn series(app: App, params: Params) -> Known<Labels> {
    let selectors = params.all("match[]").chain(params.all("match")).collect();
    streams(&app, &params, selectors).await
}

/// Labels worth offering: those whose values are all numbers or random ids name single things.
async fn detected(app: App, params: Params) -> Result<DetectedLabels, ApiError> {
    let Envelope { data: found, warnings, .. } = of_query(&app, &params).await?;
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in found.iter().flat_map(Labels::iter) {
        values.entry(name).or_default().insert(value);
    }
    let detected_labels = values
        .into_iter()
        .filter(|(_, values)| !values.iter().all(|value| is_id(value)))
        .map(|(name, values)| DetectedLabel {
            label: name.to_owned(),
            cardinality: values.len() as u64,
        })
        .collect();
    Ok(DetectedLabels { detected_labels, warnings })
}

/// A number or a UUID.
fn is_id(value: &str) -> bool {
    let groups = [8, 4, 4, 4, 12];
    let is_uuid = value.split('-').map(str::len).eq(groups)
        && value.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    is_uuid || value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// The streams of `query`; every stream without one.
async fn of_query(app: &App, params: &Params) -> Known<Labels> {
    streams(app, params, params.get("query").into_iter().collect()).await
}

/// The streams that one of the selectors names; every stream when there is none.
async fn streams(app: &App, params: &Params, mut selectors: Vec<&str>) -> Known<Labels> {
    let Range { start, end } = request::range(params, DEFAULT_SINCE_NS)?;
    if selectors.is_empty() {
        selectors.push("");
    }
    let selectors = selectors.into_iter().map(parse_selector).collect::<Result<Vec<_>, _>>()?;
    let store = app.store()?.clone();
    let range = TimeRange::new(start, end);
    blocking(move || {
        let found = selectors.iter().flat_map(|matchers| store.streams(matchers, range)).collect();
        let mut gaps = Gaps::default();
        for matchers in &selectors {
            gaps.add(&store.gaps(matchers, range));
        }
        Ok(Envelope { warnings: gaps.0, ..Envelope::new(found) })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_uuids_are_ids() {
        for (value, expected) in [
            ("17", true),
            ("-1.5", true),
            ("3d6f0a2e-8b1c-4c3d-9e0f-0123456789ab", true),
            ("api", false),
            ("gpu-0:9880", false),
            ("inf", false),
            ("", false),
        ] {
            assert_eq!(is_id(value), expected, "{value:?}");
        }
    }
}
