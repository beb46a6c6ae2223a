use model::Columns;
use protocol::index::Literals;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::params::{Params, params, parse_selector};
use crate::http::{ApiError, App};

/// `GET /api/index?match={…}&start=NS&end=NS&literals=JSON&columns=lines,auto`, also as a form.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "index")
        .and(params())
        .then(move |params| {
            let app = app.clone();
            async move {
                match index(&app, params).await {
                    Ok(index) => {
                        let reply = warp::reply::with_header(index, "cache-control", "no-store");
                        warp::reply::with_header(reply, "content-type", "application/json")
                            .into_response()
                    }
                    Err(error) => error.into_response(),
                }
            }
        })
        .boxed()
}

/// The index as JSON; of a long time it is large, so that it is written out of the way as well.
async fn index(app: &App, params: Result<Params, ApiError>) -> Result<Vec<u8>, ApiError> {
    let params = params?;
    let store = app.store()?.clone();
    let matchers = parse_selector(params.get("match").unwrap_or_default())?;
    let range = params.open_range()?;
    let literals = match params.get("literals") {
        Some(text) => parse_literals(text)?,
        None => Vec::new(),
    };
    let columns = params.get("columns").map_or(Ok(Columns::ENTRIES), parse_columns)?;
    blocking(move || {
        let index = store.index(&matchers, range, &literals, columns);
        serde_json::to_vec(&index).map_err(|error| ApiError::Internal {
            message: format!("the index cannot be written as JSON: {error}"),
        })
    })
    .await
}

fn parse_literals(text: &str) -> Result<Vec<Vec<Vec<u8>>>, ApiError> {
    let literals: Literals = serde_json::from_str(text).map_err(|error| {
        ApiError::bad_request(format!(
            "literals: expected lists of strings as in [[\"a\",\"b\"],[\"c\"]]: {error}"
        ))
    })?;
    let bytes = |one_of: Vec<String>| one_of.into_iter().map(String::into_bytes).collect();
    Ok(literals.into_iter().map(bytes).collect())
}

/// `arrivals`, `lines`, `lengths`, `metadata`, `auto`, `places`, separated by commas; timestamps come
/// anyway.
fn parse_columns(text: &str) -> Result<Columns, ApiError> {
    let mut columns = Columns::default();
    for name in text.split(',').map(str::trim) {
        match name {
            "timestamps" => {}
            "arrivals" => columns.arrivals = true,
            "lines" => columns.lines = true,
            "lengths" => columns.lengths = true,
            "metadata" => columns.metadata = true,
            "auto" => columns.auto = true,
            "places" => columns.places = true,
            _ => {
                return Err(ApiError::bad_request(format!(
                    "columns: {name:?} is none of timestamps, arrivals, lines, lengths, \
                     metadata, auto and places"
                )));
            }
        }
    }
    Ok(columns)
}
