use protocol::forward::Forward;
use protocol::status::{Problem, Severity, Status};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::{ApiError, App, viewer};

/// `GET /api/status`.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "status")
        .and(warp::get())
        .then(move || {
            let app = app.clone();
            async move { answer(&app).await.into_response() }
        })
        .boxed()
}

async fn answer(app: &App) -> Result<warp::reply::Json, ApiError> {
    Ok(warp::reply::json(&status(app).await?))
}

/// What the store knows, and what this program is.
pub async fn status(app: &App) -> Result<Status, ApiError> {
    let store = app.store()?.clone();
    let mut status = blocking(move || Ok(store.status())).await?;
    env!("CARGO_PKG_VERSION").clone_into(&mut status.version);
    status.forwards = app.config().watches.standings.list();
    let failing = status.forwards.iter().filter_map(problem);
    status.problems.extend(failing);
    viewer::build_id().clone_into(&mut status.build);
    Ok(status)
}

/// What a person should know of a destination.
fn problem(to: &Forward) -> Option<Problem> {
    let error = to.error.as_ref()?;
    let (severity, message) = match to.refused {
        0 => (
            Severity::Warning,
            format!("{} entries wait to be sent to {}: {error}", to.waiting, to.url),
        ),
        refused => (
            Severity::Error,
            format!("{} did not take {refused} entries, they are kept here: {error}", to.url),
        ),
    };
    Some(Problem { severity, code: "forward".to_owned(), message })
}
