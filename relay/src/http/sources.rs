use protocol::sources::Sources;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::{ApiError, App, now_ns};

/// `GET /api/sources`.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "sources")
        .and(warp::get())
        .then(move || {
            let app = app.clone();
            async move { sources(&app).await.map(|known| warp::reply::json(&known)).into_response() }
        })
        .boxed()
}

async fn sources(app: &App) -> Result<Sources, ApiError> {
    let store = app.store()?.clone();
    blocking(move || Ok(store.sources(now_ns()))).await
}
