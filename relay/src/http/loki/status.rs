//! `status/buildinfo` and `format_query`: nothing here needs the store.

use protocol::loki::Response as Envelope;
use serde_json::json;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::params::{Params, params, query_message};
use crate::http::{ApiError, viewer};

pub fn routes() -> BoxedFilter<(Response,)> {
    // What clients look at to learn what they talk to.
    let build =
        warp::path!("loki" / "api" / "v1" / "status" / "buildinfo").and(warp::get()).map(|| {
            warp::reply::json(&json!({
                "version": env!("CARGO_PKG_VERSION"),
                "revision": viewer::build_id(),
                "branch": "logpane",
                "buildDate": "",
                "buildUser": "",
                "goVersion": "",
            }))
            .into_response()
        });
    let format = warp::path!("loki" / "api" / "v1" / "format_query")
        .and(params())
        .map(|params| format_query(params).unwrap_or_else(warp::Reply::into_response));
    build.or(format).unify().boxed()
}

/// The query as Logpane would write it. Errors are JSON here, as Loki's.
fn format_query(params: Result<Params, ApiError>) -> Result<Response, ApiError> {
    let params = params?;
    let text = params.get("query").unwrap_or_default();
    Ok(match logql::parse(text) {
        Ok(expr) => warp::reply::json(&Envelope::new(logql::format(&expr))).into_response(),
        Err(error) => {
            let body = json!({"status": "invalid-query", "error": query_message(text, &error)});
            warp::reply::with_status(warp::reply::json(&body), StatusCode::BAD_REQUEST)
                .into_response()
        }
    })
}
