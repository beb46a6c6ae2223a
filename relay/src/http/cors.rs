//! Pages of other origins: which may use the API is a setting, by default none.

use warp::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use warp::http::{Method, StatusCode};
use warp::reply::Response;
use warp::{Filter, Rejection, Reply as _};

use crate::http::App;

/// What a page may send besides what every page may.
const REQUEST_HEADERS: &str = "authorization, content-type, if-none-match, range, x-loki-response-encoding-flags, \
     x-query-tags, x-scope-orgid";
/// What a page may read of an answer besides what every page may.
const RESPONSE_HEADERS: &str = "content-range, etag, retry-after";
/// How long a browser need not ask again.
const MAX_AGE_SECONDS: &str = "600";

/// The origin of a request's page, when it is one of those that may use the API.
pub fn allowed<'a>(app: &'a App, headers: &HeaderMap) -> Option<&'a str> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let known = &app.config().allow_origins;
    known.iter().find(|known| known.eq_ignore_ascii_case(origin)).map(String::as_str)
}

/// Answers a browser that asks whether a page may send a request. It asks without a password.
pub fn preflight(
    app: &App,
) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone + use<> {
    let app = app.clone();
    warp::method().and(warp::header::headers_cloned()).and_then(
        move |method: Method, headers: HeaderMap| {
            let asks = method == Method::OPTIONS
                && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
                && allowed(&app, &headers).is_some();
            async move {
                if !asks {
                    return Err(warp::reject::not_found());
                }
                let mut response = StatusCode::NO_CONTENT.into_response();
                for (name, value) in [
                    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, DELETE"),
                    (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
                    (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
                ] {
                    response.headers_mut().insert(name, HeaderValue::from_static(value));
                }
                Ok(response)
            }
        },
    )
}

/// Lets the page read the answer.
pub fn mark(app: &App, request: &HeaderMap, mut response: Response) -> Response {
    if app.config().allow_origins.is_empty() {
        return response;
    }
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_name(HeaderName::from_static("origin")));
    let origin = allowed(app, request).and_then(|origin| HeaderValue::from_str(origin).ok());
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    response
}
