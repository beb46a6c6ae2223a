//! `labels`, `label/NAME/values` and `series`.

use std::collections::BTreeSet;

use model::{Labels, TimeRange};
use protocol::loki::Response as Envelope;
use serde::Serialize;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::loki::request::{self, Range};
use crate::http::params::{Params, params, parse_selector};
use crate::http::{ApiError, App};

/// Loki's default for these: the last six hours.
const DEFAULT_SINCE_NS: i64 = 6 * 3600 * 1_000_000_000;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let names = {
        let app = app.clone();
        let labels = warp::path!("loki" / "api" / "v1" / "labels");
        let label = warp::path!("loki" / "api" / "v1" / "label");
        labels.or(label).unify().and(params()).then(move |params| {
            let app = app.clone();
            async move { reply(names(&app, params).await) }
        })
    };
    let values = {
        let app = app.clone();
        warp::path!("loki" / "api" / "v1" / "label" / String / "values").and(params()).then(
            move |name: String, params| {
                let app = app.clone();
                async move { reply(values(&app, name, params).await) }
            },
        )
    };
    let series = {
        let app = app.clone();
        warp::path!("loki" / "api" / "v1" / "series").and(params()).then(move |params| {
            let app = app.clone();
            async move { reply(series(&app, params).await) }
        })
    };
    names.or(values).unify().or(series).unify().boxed()
}

fn reply<T: Serialize>(result: Result<T, ApiError>) -> Response {
    result.map(|data| warp::reply::json(&Envelope::new(data))).into_response()
}

async fn names(app: &App, params: Result<Params, ApiError>) -> Result<BTreeSet<String>, ApiError> {
    let params = params?;
    let found = streams(app, &params, params.get("query").into_iter().collect()).await?;
    Ok(found.iter().flat_map(Labels::iter).map(|(name, _)| name.to_owned()).collect())
}

async fn values(
    app: &App,
    name: String,
    params: Result<Params, ApiError>,
) -> Result<BTreeSet<String>, ApiError> {
    let params = params?;
    let name = percent_encoding::percent_decode_str(&name).decode_utf8_lossy().into_owned();
    let found = streams(app, &params, params.get("query").into_iter().collect()).await?;
    Ok(found.iter().filter_map(|labels| labels.get(&name)).map(str::to_owned).collect())
}

async fn series(app: &App, params: Result<Params, ApiError>) -> Result<BTreeSet<Labels>, ApiError> {
    let params = params?;
    let selectors = params.all("match[]").chain(params.all("match")).collect();
    streams(app, &params, selectors).await
}

/// The streams that one of the selectors names; every stream when there is none.
async fn streams(
    app: &App,
    params: &Params,
    mut selectors: Vec<&str>,
) -> Result<BTreeSet<Labels>, ApiError> {
    let Range { start, end } = request::range(params, DEFAULT_SINCE_NS)?;
    if selectors.is_empty() {
        selectors.push("");
    }
    let selectors = selectors.into_iter().map(parse_selector).collect::<Result<Vec<_>, _>>()?;
    let store = app.store()?.clone();
    let range = TimeRange::new(start, end);
    blocking(move || Ok(selectors.iter().flat_map(|m| store.streams(m, range)).collect())).await
}
