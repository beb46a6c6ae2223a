//! `POST /loki/api/v1/push` and, for clients of the first days, `/api/prom/push`: both take both
//! shapes of JSON, and protobuf.

use bytes::Bytes;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::App;
use crate::http::receive::{Received, receive};
use crate::push;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    let present = warp::path!("loki" / "api" / "v1" / "push");
    let first = warp::path!("api" / "prom" / "push");
    present
        .or(first)
        .unify()
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |headers: HeaderMap, body| {
            let app = app.clone();
            async move {
                let discover = app.config().discover;
                let read = move |kind: &str, body: &Bytes| {
                    let (mut streams, refused) = push::loki(kind, body)?;
                    if discover {
                        push::discover(&mut streams);
                    }
                    Ok((streams, refused))
                };
                let received = receive(&app, &headers, body, read).await;
                let response = match received.and_then(Received::whole) {
                    Ok(()) => StatusCode::NO_CONTENT.into_response(),
                    Err(error) => error.into_response(),
                };
                app.push_counts().answered(response.status().as_u16());
                response
            }
        })
        .boxed()
}
