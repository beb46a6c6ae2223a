use bytes::Bytes;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection, Reply as _};

use crate::http::body::read_body;
use crate::http::{ApiError, App};

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

/// `POST` to a path: what `answer` makes of a body of so many bytes at most, as JSON.
pub fn posted<T, Made>(
    path: impl Filter<Extract = (), Error = Rejection> + Clone + Send + Sync + 'static,
    app: &App,
    limit_bytes: usize,
    answer: fn(App, Bytes) -> Made,
) -> BoxedFilter<(Response,)>
where
    T: serde::Serialize,
    Made: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let app = app.clone();
    path.and(warp::post())
        .and(warp::body::stream())
        .then(move |body| {
            let app = app.clone();
            async move {
                let made = async { answer(app, read_body(body, limit_bytes).await?).await };
                json(made.await)
            }
        })
        .boxed()
}
