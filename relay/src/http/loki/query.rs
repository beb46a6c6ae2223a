//! `query` and `query_range`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use logql::{Direction, Outcome, Output, Params as QueryParams, Plan, QueryKind, Row};
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::{CancelOnDrop, blocking};
use crate::http::loki::encode::{self, Flags, QueryResponse};
use crate::http::loki::request;
use crate::http::params::{Params, params};
use crate::http::{ApiError, App};
use crate::query::{self, Effort, Question, RunError, query_message};
use crate::store::Store;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let range = {
        let app = app.clone();
        warp::path!("loki" / "api" / "v1" / "query_range")
            .and(params())
            .and(warp::header::headers_cloned())
            .then(move |params, headers: HeaderMap| {
                let app = app.clone();
                async move { reply(query_range(&app, params, Flags::of(&headers)).await) }
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

async fn query_range(
    app: &App,
    params: Result<Params, ApiError>,
    flags: Flags,
) -> Result<QueryResponse, ApiError> {
    let params = params?;
    let kind = request::range_kind(&params, app)?;
    let interval_ns = request::interval(&params)?;
    let (outcome, effort) = evaluate(app, &params, kind, interval_ns).await?;
    let places = match &outcome.output {
        Output::Rows(rows) if flags.details => {
            let of = |row: &Row| (row.stream.clone(), row.timestamp, row.arrival);
            let (store, rows) = (app.store()?.clone(), rows.iter().map(of).collect::<Vec<_>>());
            blocking(move || Ok(store.places(rows.iter().map(|(s, ts, a)| (s, *ts, *a))))).await?
        }
        _ => BTreeMap::new(),
    };
    let mut answer = encode::response(outcome, &effort, end_of(kind), flags);
    encode::add_places(&mut answer, &places);
    Ok(answer)
}

async fn query_instant(
    app: &App,
    params: Result<Params, ApiError>,
) -> Result<QueryResponse, ApiError> {
    let params = params?;
    let kind = request::instant_kind(&params)?;
    // Before the plan, which refuses it too, but with the words that clients know.
    if logql::parse(request::query(&params)?).is_ok_and(|expr| query::is_log_query(&expr)) {
        return Err(ApiError::bad_request(
            "log queries are not supported as an instant query type, please change your query \
             to a range query type",
        ));
    }
    let (outcome, effort) = evaluate(app, &params, kind, 0).await?;
    Ok(encode::response(outcome, &effort, end_of(kind), Flags::default()))
}

const fn end_of(kind: QueryKind) -> i64 {
    match kind {
        QueryKind::Instant { at } | QueryKind::Range { end: at, .. } => at,
    }
}

async fn evaluate(
    app: &App,
    params: &Params,
    kind: QueryKind,
    interval_ns: i64,
) -> Result<(Outcome, Effort), ApiError> {
    // Of numbers there are as many as there are; clients send a limit along all the same.
    let gives_numbers =
        logql::parse(request::query(params)?).is_ok_and(|e| !query::is_log_query(&e));
    let most = if gives_numbers { usize::MAX } else { app.config().limits.max_entries };
    let asked = question(app, params, kind, request::limit(params, most)?)?;
    let plan = plan(&asked)?;
    work(app, move |store, cancel, effort| {
        if interval_ns > 0 {
            thinned(store, &asked, interval_ns, cancel, effort)
        } else {
            query::run(store, &plan, cancel, effort)
        }
    })
    .await
}

/// The query of a request, for this many entries.
pub fn question(
    app: &App,
    params: &Params,
    kind: QueryKind,
    limit: usize,
) -> Result<Question, ApiError> {
    let limits = &app.config().limits;
    let asked = QueryParams {
        kind,
        limit,
        direction: request::direction(params)?,
        max_series: limits.max_series,
        cursor: None,
    };
    let text = request::query(params)?.to_owned();
    Ok(Question { text, params: asked, limits: limits.engine.clone() })
}

/// What is wrong with a query is said as Loki says it.
pub fn plan(asked: &Question) -> Result<Plan, ApiError> {
    let text = &asked.text;
    asked.plan().map_err(|error| ApiError::bad_request(query_message(text, &error)))
}

/// As `plan`, for what is about entries; `refusal` is said to a query that gives numbers.
pub fn plan_of_entries(asked: &Question, refusal: &str) -> Result<Plan, ApiError> {
    let plan = plan(asked)?;
    match logql::parse(&asked.text) {
        Ok(expr) if !query::is_log_query(&expr) => Err(ApiError::bad_request(refusal)),
        _ => Ok(plan),
    }
}

/// Does the work of a query: in turn with others, away from the threads that serve, ended when
/// the client leaves or the time is over.
pub async fn work<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Store, &AtomicBool, &mut Effort) -> Result<T, RunError> + Send + 'static,
) -> Result<(T, Effort), ApiError> {
    let store = app.store()?.clone();
    let cancel = CancelOnDrop::default();
    let flag = cancel.flag();
    let begun = Instant::now();
    let done = async {
        let turn = app.queries().acquire_owned().await;
        let mut effort = Effort { waiting: begun.elapsed(), ..Effort::default() };
        blocking(move || {
            let _turn = turn;
            let result = work(&store, &flag, &mut effort)?;
            Ok((result, effort))
        })
        .await
    };
    let limit = app.config().limits.query_timeout;
    // The time first: an answer that comes too late is none, however busy this thread was.
    tokio::select! {
        biased;
        () = tokio::time::sleep(limit) => Err(ApiError::TimedOut { limit }),
        done = done => done,
    }
}

/// Leaves out entries that follow the last one kept by less than the interval. The limit counts
/// those that are kept, so that further pages are read until it is reached.
fn thinned(
    store: &Store,
    asked: &Question,
    interval_ns: i64,
    cancel: &AtomicBool,
    effort: &mut Effort,
) -> Result<Outcome, RunError> {
    let mut kept = Vec::new();
    let mut kept_bytes = 0;
    let mut last: Option<i64> = None;
    let mut outcome = query::pages(store, asked, cancel, effort, |rows| {
        for row in rows {
            let far = last.is_none_or(|last| match asked.params.direction {
                Direction::Forward => row.timestamp >= last.saturating_add(interval_ns),
                Direction::Backward => row.timestamp <= last.saturating_sub(interval_ns),
            });
            if far && kept.len() < asked.params.limit {
                last = Some(row.timestamp);
                kept_bytes += row.num_bytes();
                kept.push(row);
            }
        }
        asked.limits.check_rows(kept_bytes)?;
        Ok(if kept.len() < asked.params.limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    })?;
    if let Output::Rows(rows) = &mut outcome.output {
        *rows = kept;
    }
    Ok(outcome)
}
