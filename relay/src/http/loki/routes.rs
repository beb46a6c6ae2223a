use warp::Filter as _;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::http::App;
use crate::http::loki::{fields, labels, legacy, patterns, push, query, status, tail, volume};

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    push::routes(app)
        .or(query::routes(app))
        .unify()
        .or(labels::routes(app))
        .unify()
        .or(volume::routes(app))
        .unify()
        .or(fields::routes(app))
        .unify()
        .or(patterns::routes(app))
        .unify()
        .or(tail::routes(app))
        .unify()
        .or(legacy::routes(app))
        .unify()
        .or(status::routes(app))
        .unify()
        .boxed()
}
