use bytes::Buf;
use futures_util::Stream;
use protocol::doctor::{Ask, Diagnosis};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::doctor::diagnose;
use crate::http::blocking::{CancelOnDrop, blocking};
use crate::http::body::read_body;
use crate::http::{ApiError, App, now_ns};

/// A pasted line may be long; more of it finds nothing better.
const LIMIT_BYTES: usize = 1 << 20;

/// `POST /api/doctor`: where a line went.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "doctor")
        .and(warp::post())
        .and(warp::body::stream())
        .then(move |body| {
            let app = app.clone();
            async move { answer(&app, body).await.map(|said| warp::reply::json(&said)).into_response() }
        })
        .boxed()
}

async fn answer<B: Buf>(
    app: &App,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Diagnosis, ApiError> {
    let body = read_body(body, LIMIT_BYTES).await?;
    let ask: Ask = serde_json::from_slice(&body)
        .map_err(|error| ApiError::bad_request(format!("expected {{\"line\": \"…\"}}: {error}")))?;
    if ask.line.trim().is_empty() {
        return Err(ApiError::bad_request("the line is empty, paste one that is missing"));
    }
    let store = app.store()?.clone();
    // It reads much, as a query does.
    let turn = app.queries().acquire_owned().await.map_err(|_| ApiError::Starting)?;
    let hung_up = CancelOnDrop::default();
    let cancel = hung_up.flag();
    blocking(move || {
        let _turn = turn;
        Ok(diagnose(&store, &ask, now_ns(), &cancel)?)
    })
    .await
}
