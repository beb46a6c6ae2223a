//! What clients ask about the server itself, and `format_query`: nothing here reads entries.

use protocol::loki::Response as Envelope;
use serde_json::{Value, json};
use warp::filters::BoxedFilter;
use warp::http::{Method, StatusCode};
use warp::path;
use warp::reject::Rejection;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::loki::volume;
use crate::http::params::{Params, params};
use crate::http::{ApiError, App, viewer};
use crate::query::query_message;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    // What clients look at to learn what they talk to.
    let build = path!("loki" / "api" / "v1" / "status" / "buildinfo")
        .and(get_or_post())
        .map(|| warp::reply::json(&build_info()).into_response());
    let format = path!("loki" / "api" / "v1" / "format_query")
        .and(params())
        .map(|params| format_query(params).unwrap_or_else(warp::Reply::into_response));
    let limits = {
        let app = app.clone();
        path!("loki" / "api" / "v1" / "drilldown-limits")
            .and(get_or_post())
            .map(move || warp::reply::json(&drilldown_limits(&app)).into_response())
    };
    let delete = path!("loki" / "api" / "v1" / "delete").and(warp::method()).map(delete);
    let services = {
        let app = app.clone();
        path!("services").and(warp::get()).map(move || match app.store() {
            Ok(_) => "relay => Running\n".into_response(),
            Err(_) => "relay => Starting\n".into_response(),
        })
    };
    build.or(format).unify().or(limits).unify().or(delete).unify().or(services).unify().boxed()
}

/// Some clients ask everything by POST.
fn get_or_post() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::get().or(warp::post()).unify()
}

fn build_info() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "revision": viewer::build_id(),
        "branch": "logpane",
        "buildDate": "",
        "buildUser": "",
        "goVersion": "",
    })
}

/// What Logs Drilldown adapts itself to. Patterns are found when they are asked for, for any
/// range; that is what it takes a pattern ingester for.
fn drilldown_limits(app: &App) -> Value {
    let config = app.config();
    let limits = &config.limits;
    let seconds = |time: std::time::Duration| format!("{}s", time.as_secs());
    json!({
        "limits": {
            "discover_log_levels": false,
            "discover_service_name": [],
            "log_level_fields": ["level"],
            "max_entries_limit_per_query": limits.max_entries,
            "max_line_size_truncate": false,
            "max_query_bytes_read": "0B",
            "max_query_length": limits.max_query_length.map_or_else(|| "0s".to_owned(), seconds),
            "max_query_lookback": "0s",
            "max_query_range": "0s",
            "max_query_series": limits.max_series,
            "metric_aggregation_enabled": false,
            "pattern_persistence_enabled": false,
            "query_timeout": seconds(limits.query_timeout),
            "retention_period": seconds(config.retention),
            "retention_stream": config.retention_rules.iter().map(|rule| json!({
                "period": seconds(rule.keep),
                "priority": 0,
                "selector": rule.selector,
            })).collect::<Vec<_>>(),
            "volume_enabled": true,
            "volume_max_series": volume::MAX_SERIES,
        },
        "pattern_ingester_enabled": true,
        "version": env!("CARGO_PKG_VERSION"),
    })
}

/// Chunks never change and go as a whole: single entries cannot be taken out of them. There are
/// no requests to list.
fn delete(method: Method) -> Response {
    match method {
        Method::GET => warp::reply::json(&json!([])).into_response(),
        Method::POST | Method::PUT | Method::DELETE => ApiError::NotImplemented {
            message: "entries cannot be deleted one by one: they go by age and size, set \
                      --retention, --retention-for and --retention-bytes"
                .to_owned(),
        }
        .into_response(),
        _ => ApiError::MethodNotAllowed.into_response(),
    }
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
