use model::{Columns, Matcher, TimeRange};
use protocol::index::{Index, Literals};
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
            async move { reply(index(&app, params).await) }
        })
        .boxed()
}

/// What is asked of an index.
#[derive(Clone, Debug)]
pub struct Asked {
    pub matchers: Vec<Matcher>,
    pub range: TimeRange,
    /// Of each inner list one must occur in a line.
    pub literals: Vec<Vec<Vec<u8>>>,
    pub columns: Columns,
}

impl Asked {
    pub fn of(params: &Params) -> Result<Self, ApiError> {
        Ok(Self {
            matchers: parse_selector(params.get("match").unwrap_or_default())?,
            range: params.open_range()?,
            literals: params.get("literals").map_or(Ok(Vec::new()), parse_literals)?,
            columns: params.get("columns").map_or(Ok(Columns::ENTRIES), parse_columns)?,
        })
    }
}

/// The index as JSON; of a long time it is large, so that it is written out of the way as well.
async fn index(app: &App, params: Result<Params, ApiError>) -> Result<Vec<u8>, ApiError> {
    let store = app.store()?.clone();
    let Asked { matchers, range, literals, columns } = Asked::of(&params?)?;
    blocking(move || written(&store.index(&matchers, range, &literals, columns))).await
}

pub fn written(index: &Index) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(index).map_err(|error| ApiError::Internal {
        message: format!("the index cannot be written as JSON: {error}"),
    })
}

/// The answer, never kept by a cache.
pub fn reply(body: Result<Vec<u8>, ApiError>) -> Response {
    match body {
        Ok(index) => {
            let reply = warp::reply::with_header(index, "cache-control", "no-store");
            warp::reply::with_header(reply, "content-type", "application/json").into_response()
        }
        Err(error) => error.into_response(),
    }
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
