use protocol::status::Status;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::{ApiError, App, viewer};

/// `GET /api/status`.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "status")
        .and(warp::get())
        .then(move || {
            let app = app.clone();
            async move { answer(&app).await.into_response() }
        })
        .boxed()
}

async fn answer(app: &App) -> Result<warp::reply::Json, ApiError> {
    Ok(warp::reply::json(&status(app).await?))
}

/// What the store knows, and what this program is.
pub async fn status(app: &App) -> Result<Status, ApiError> {
    let store = app.store()?.clone();
    let mut status = blocking(move || Ok(store.status())).await?;
    env!("CARGO_PKG_VERSION").clone_into(&mut status.version);
    viewer::build_id().clone_into(&mut status.build);
    Ok(status)
}
