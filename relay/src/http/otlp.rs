//! `POST /otlp/v1/logs`: OTLP over HTTP, answered as its specification says, in the format of the
//! request.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, HeaderValue, StatusCode, header};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::receive::{Received, content_type, receive};
use crate::http::{ApiError, App, now_ns};
use crate::push::otlp::{logs, partial_success, status};
use crate::push::{Format, Reason, Refused};

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("otlp" / "v1" / "logs")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |headers: HeaderMap, body| {
            let app = app.clone();
            async move {
                // Where no content type says it, only the body does, once it is unpacked.
                let found = Arc::new(OnceLock::new());
                let format = Arc::clone(&found);
                let read = move |kind: &str, body: &Bytes| {
                    logs(*format.get_or_init(|| Format::of(kind, body)), body, now_ns())
                };
                let received = receive(&app, &headers, body, read).await;
                let format = found.get().copied();
                let format = format.unwrap_or_else(|| Format::of(&content_type(&headers), b""));
                let response = answer(format, received);
                app.push_counts().answered(response.status().as_u16());
                response
            }
        })
        .boxed()
}

fn answer(format: Format, received: Result<Received, ApiError>) -> Response {
    let received = received.and_then(|received| match received.refused.of(Reason::Streams) {
        0 => Ok(received.refused),
        // May be sent again when there is room for the stream; a partial success never is.
        _ => received.whole().map(|()| Refused::default()),
    });
    let (mut response, body) = match received {
        Ok(refused) => {
            let message = refused.first.as_deref().unwrap_or_default();
            let body = partial_success(format, refused.num_entries(), message);
            (StatusCode::OK.into_response(), body)
        }
        Err(error) => {
            let message = error.to_string();
            let response = error.into_response();
            let body = status(format, response.status().as_u16(), &message);
            (response, body)
        }
    };
    let kind = match format {
        Format::Json => "application/json",
        Format::Protobuf => "application/x-protobuf",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    *response.body_mut() = body.into();
    response
}
