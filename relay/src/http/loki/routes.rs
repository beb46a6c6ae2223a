use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::http::App;
use crate::http::loki::{labels, push, query, status};

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    push::routes(app)
        .or(query::routes(app))
        .unify()
        .or(labels::routes(app))
        .unify()
        .or(status::routes())
        .unify()
        .boxed()
}
