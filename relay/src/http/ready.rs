use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::App;

/// `GET /ready`: 200 when the store is open, 503 before.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("ready")
        .and(warp::get().or(warp::head()).unify())
        .map(move || match app.store() {
            Ok(_) => "ready\n".into_response(),
            Err(error) => error.into_response(),
        })
        .boxed()
}
