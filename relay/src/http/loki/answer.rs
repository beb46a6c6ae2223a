use std::future::Future;

use serde::Serialize;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Rejection, Reply as _};

use crate::http::params::{Params, params};
use crate::http::{ApiError, App};

/// A route that answers a GET, or a POST with a form, in JSON.
pub fn answer<T, A>(
    app: &App,
    path: impl Filter<Extract = (), Error = Rejection> + Clone + Send + Sync + 'static,
    ask: fn(App, Params) -> A,
) -> BoxedFilter<(Response,)>
where
    T: Serialize,
    A: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    named(app, path.map(String::new), move |app, _, params| ask(app, params))
}

/// The same with a name in the path.
pub fn named<T, A>(
    app: &App,
    path: impl Filter<Extract = (String,), Error = Rejection> + Clone + Send + Sync + 'static,
    ask: impl Fn(App, String, Params) -> A + Clone + Send + Sync + 'static,
) -> BoxedFilter<(Response,)>
where
    T: Serialize,
    A: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let app = app.clone();
    path.and(params())
        .then(move |name: String, params: Result<Params, ApiError>| {
            let name = percent_encoding::percent_decode_str(&name).decode_utf8_lossy().into_owned();
            let asked = params.map(|params| ask(app.clone(), name, params));
            async move {
                let answer = async { asked?.await };
                answer.await.map(|data| warp::reply::json(&data)).into_response()
            }
        })
        .boxed()
}
