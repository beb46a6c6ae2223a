use warp::Reply as _;
use warp::reply::Response;

use crate::http::ApiError;

/// The answer as JSON, never kept by a cache: a link may end at any time.
pub fn json<T: serde::Serialize>(answer: Result<T, ApiError>) -> Response {
    match answer {
        Ok(answer) => {
            let body = warp::reply::json(&answer);
            warp::reply::with_header(body, "cache-control", "no-store").into_response()
        }
        Err(error) => error.into_response(),
    }
}
