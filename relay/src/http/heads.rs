use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::http::header::{self, HeaderValue};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::params::{Params, params};
use crate::http::{ApiError, App};

/// `GET /api/heads/STREAM?epoch=E&count=N&revision=R`: the open head as a chunk; 404 when it was
/// sealed meanwhile: ask the index again.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "heads" / String)
        .and(params())
        .then(move |id: String, params| {
            let app = app.clone();
            async move { head(&app, id, params).await.unwrap_or_else(warp::Reply::into_response) }
        })
        .boxed()
}

async fn head(
    app: &App,
    id: String,
    params: Result<Params, ApiError>,
) -> Result<Response, ApiError> {
    let params = params?;
    let store = app.store()?.clone();
    let epoch = params.parsed("epoch", "a number")?.unwrap_or_default();
    let count = params.parsed("count", "a number")?.unwrap_or_default();
    let revision = params.parsed("revision", "a number")?.unwrap_or_default();
    let bytes: Arc<[u8]> = blocking(move || {
        store
            .head(&id, epoch, count, revision)
            .ok_or_else(|| ApiError::Gone { what: "this head".to_owned() })
    })
    .await?;
    let mut response = bytes.to_vec().into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
