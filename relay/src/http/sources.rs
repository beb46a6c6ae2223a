//! `GET` and `POST /api/sources`.

use bytes::Bytes;
use protocol::sources::{Change, Sources};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::http::blocking::blocking;
use crate::http::json::{json, posted};
use crate::http::{ApiError, App, now_ns};

/// A path and two words.
const LIMIT_BYTES: usize = 64 << 10;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let lister = app.clone();
    let list = warp::path!("api" / "sources").and(warp::get()).then(move || {
        let app = lister.clone();
        async move { json(sources(&app).await) }
    });
    let change = posted(warp::path!("api" / "sources"), app, LIMIT_BYTES, change);
    list.or(change).unify().boxed()
}

async fn change(app: App, body: Bytes) -> Result<Sources, ApiError> {
    let change: Change = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!(
            "expected {{\"path\": \"…\", \"said\": {{\"job\": \"…\", \"zone\": \"…\"}}}}: {error}"
        ))
    })?;
    let store = app.store()?.clone();
    blocking(move || Ok(store.change_source(change)?)).await?;
    sources(&app).await
}

async fn sources(app: &App) -> Result<Sources, ApiError> {
    let store = app.store()?.clone();
    blocking(move || Ok(store.sources(now_ns()))).await
}
