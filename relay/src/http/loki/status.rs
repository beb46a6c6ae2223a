use serde_json::json;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::viewer;

/// `GET /loki/api/v1/status/buildinfo`: what clients look at to learn what they talk to.
pub fn routes() -> BoxedFilter<(Response,)> {
    warp::path!("loki" / "api" / "v1" / "status" / "buildinfo")
        .and(warp::get())
        .map(|| {
            warp::reply::json(&json!({
                "version": env!("CARGO_PKG_VERSION"),
                "revision": viewer::build_id(),
                "branch": "logpane",
                "buildDate": "",
                "buildUser": "",
                "goVersion": "",
            }))
            .into_response()
        })
        .boxed()
}
