//! `query` and `query_range`.

use logql::{Direction, Outcome, Output, Params as QueryParams, QueryKind};
use protocol::loki::{DETAILS_FLAG, FLAGS_HEADER};
use std::sync::atomic::AtomicBool;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::{CancelOnDrop, blocking};
use crate::http::loki::encode::{self, Detail, QueryResponse};
use crate::http::loki::request;
use crate::http::params::{Params, params, query_message};
use crate::http::{ApiError, App};
use crate::query::{self, RunError};
use crate::store::Store;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let range = {
        let app = app.clone();
        warp::path!("loki" / "api" / "v1" / "query_range")
            .and(params())
            .and(warp::header::headers_cloned())
            .then(move |params, headers: HeaderMap| {
                let app = app.clone();
                async move { reply(query_range(&app, params, detail(&headers)).await) }
            })
    };
    let instant = {
        let app = app.clone();
        warp::path!("loki" / "api" / "v1" / "query").and(params()).then(move |params| {
            let app = app.clone();
            async move { reply(query_instant(&app, params).await) }
        })
    };
    range.or(instant).unify().boxed()
}

fn reply(result: Result<QueryResponse, ApiError>) -> Response {
    result.map(|answer| warp::reply::json(&answer)).into_response()
}

fn detail(headers: &HeaderMap) -> Detail {
    let flags = headers.get(FLAGS_HEADER).and_then(|flags| flags.to_str().ok()).unwrap_or("");
    if flags.split(',').any(|flag| flag.trim() == DETAILS_FLAG) {
        Detail::Full
    } else {
        Detail::Plain
    }
}

async fn query_range(
    app: &App,
    params: Result<Params, ApiError>,
    detail: Detail,
) -> Result<QueryResponse, ApiError> {
    let params = params?;
    let kind = request::range_kind(&params)?;
    let asked = QueryParams {
        kind,
        limit: request::limit(&params, app.config().max_entries)?,
        direction: request::direction(&params)?,
        max_series: app.config().max_series,
        cursor: None,
    };
    let at = match kind {
        QueryKind::Range { end, .. } => end,
        QueryKind::Instant { at } => at,
    };
    let interval_ns = request::interval(&params)?;
    let outcome = evaluate(app, &params, asked, interval_ns).await?;
    Ok(encode::response(outcome, at, detail))
}

async fn query_instant(
    app: &App,
    params: Result<Params, ApiError>,
) -> Result<QueryResponse, ApiError> {
    let params = params?;
    let kind = request::instant_kind(&params)?;
    let text = params.get("query").unwrap_or_default();
    // Before the plan, which refuses it too, but with the words that clients know.
    if logql::parse(text).is_ok_and(|expr| query::is_log_query(&expr)) {
        return Err(ApiError::bad_request(
            "log queries are not supported as an instant query type, please change your query \
             to a range query type",
        ));
    }
    let asked = QueryParams {
        kind,
        limit: request::limit(&params, app.config().max_entries)?,
        direction: request::direction(&params)?,
        max_series: app.config().max_series,
        cursor: None,
    };
    let at = match kind {
        QueryKind::Instant { at } | QueryKind::Range { end: at, .. } => at,
    };
    let outcome = evaluate(app, &params, asked, 0).await?;
    Ok(encode::response(outcome, at, Detail::Plain))
}

async fn evaluate(
    app: &App,
    params: &Params,
    asked: QueryParams,
    interval_ns: i64,
) -> Result<Outcome, ApiError> {
    let store = app.store()?.clone();
    let text = params.get("query").unwrap_or_default().to_owned();
    let plan = query::prepare(&text, &asked)
        .map_err(|error| ApiError::bad_request(query_message(&text, &error)))?;
    let cancel = CancelOnDrop::default();
    let flag = cancel.flag();
    let turn = app.queries().acquire_owned().await;
    blocking(move || {
        let _turn = turn;
        let outcome = if interval_ns > 0 {
            thinned(&store, &text, &asked, interval_ns, &flag)
        } else {
            query::run(&store, &plan, &flag)
        };
        outcome.map_err(ApiError::from)
    })
    .await
}

/// Leaves out entries that follow the last one kept by less than the interval. The limit counts
/// those that are kept, so that further pages are read until it is reached.
fn thinned(
    store: &Store,
    text: &str,
    asked: &QueryParams,
    interval_ns: i64,
    cancel: &AtomicBool,
) -> Result<Outcome, RunError> {
    const PAGE: usize = 5000;
    let mut kept = Vec::new();
    let mut last: Option<i64> = None;
    let mut page = QueryParams { limit: PAGE, ..asked.clone() };
    loop {
        let plan = query::prepare(text, &page)?;
        let mut outcome = query::run(store, &plan, cancel)?;
        let Output::Rows(rows) = outcome.output else {
            return Ok(outcome);
        };
        let complete = rows.len() < PAGE;
        page.cursor = rows.last().map(|row| (row.timestamp, row.arrival));
        for row in rows {
            let far = last.is_none_or(|last| match asked.direction {
                Direction::Forward => row.timestamp >= last.saturating_add(interval_ns),
                Direction::Backward => row.timestamp <= last.saturating_sub(interval_ns),
            });
            if far && kept.len() < asked.limit {
                last = Some(row.timestamp);
                kept.push(row);
            }
        }
        if complete || kept.len() >= asked.limit {
            outcome.output = Output::Rows(kept);
            return Ok(outcome);
        }
    }
}
