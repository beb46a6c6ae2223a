use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::alert::Alerts;
use crate::http::App;

/// `GET /api/alerts`: who is told and what was told; empty where there are no rules.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "alerts")
        .and(warp::get())
        .map(move || {
            let status = app.alerts().map(Alerts::status);
            warp::reply::json(&status.unwrap_or_default()).into_response()
        })
        .boxed()
}
