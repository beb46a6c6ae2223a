use warp::http::header::{self, HeaderMap, HeaderValue};
use warp::reject::{MethodNotAllowed, Rejection};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::guard::{Denied, guard};
use crate::http::{
    ApiError, App, alerts, chunks, config, cors, doctor, follow, heads, index, loki, metrics, otlp,
    place, ready, reload, rules, share, sources, status, tail, viewer, views,
};

/// Every route of the relay, guarded.
pub fn routes(app: &App) -> warp::filters::BoxedFilter<(Response,)> {
    let tree = ready::routes(app)
        .or(status::routes(app))
        .unify()
        .or(sources::routes(app))
        .unify()
        .or(doctor::routes(app))
        .unify()
        .or(index::routes(app))
        .unify()
        .or(chunks::routes(app))
        .unify()
        .or(heads::routes(app))
        .unify()
        .or(place::routes(app))
        .unify()
        .or(tail::routes(app))
        .unify()
        .or(follow::routes(app))
        .unify()
        .or(reload::routes(app))
        .unify()
        .or(metrics::routes(app))
        .unify()
        .or(config::routes(app))
        .unify()
        .or(share::owned(app))
        .unify()
        .or(views::routes(app))
        .unify()
        .or(alerts::routes(app))
        .unify()
        .or(rules::routes(app))
        .unify()
        .or(loki::routes(app))
        .unify()
        .or(otlp::routes(app))
        .unify()
        .or(viewer::routes())
        .unify()
        .boxed();
    let answered = cors::preflight(app)
        .or(guard(app).and(share::held(app).or(tree).unify()))
        .unify()
        .recover(|rejection| async move { Ok::<_, Rejection>(refused(&rejection).into_response()) })
        .unify();
    let app = app.clone();
    warp::header::headers_cloned()
        .and(answered)
        .map(move |request: HeaderMap, response| hardened(cors::mark(&app, &request, response)))
        .boxed()
}

/// Rejections only mean "not this route", or come from the guard.
fn refused(rejection: &Rejection) -> ApiError {
    if let Some(Denied(error)) = rejection.find() {
        let taken = error.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        return taken.unwrap_or(ApiError::NotFound);
    }
    // Every route that was tried leaves its reason; a path that none has leaves none of these.
    match rejection.find::<MethodNotAllowed>() {
        Some(_) if !rejection.is_not_found() => ApiError::MethodNotAllowed,
        _ => ApiError::NotFound,
    }
}

/// Log lines are hostile, and so may be what embeds us.
fn hardened(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
