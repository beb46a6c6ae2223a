use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::alert::Alerts;
use crate::configured::reload;
use crate::http::blocking::blocking;
use crate::http::{ApiError, App};

/// `POST /reload`: reads the configuration file and the rule files again, as SIGHUP does. 200 with what is to be said
/// about it, a sentence a line; 400 with what is wrong, and everything stays as it was.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("reload")
        .and(warp::post())
        .then(move || {
            let app = app.clone();
            async move { answer(&app).await.unwrap_or_else(warp::Reply::into_response) }
        })
        .boxed()
}

async fn answer(app: &App) -> Result<Response, ApiError> {
    let store = app.store()?.clone();
    let app = app.clone();
    blocking(move || match reload(app.config(), &store) {
        // The rules are read again in any case.
        None if app.alerts().is_some() => Ok(rules(&app)),
        None => Err(ApiError::bad_request(
            "there is no configuration file to read again: start with -config.file, -c or --rules",
        )),
        Some(Err(error)) => Err(ApiError::bad_request(error.to_string())),
        Some(Ok(said)) => {
            let said: String = said.iter().map(|sentence| format!("{sentence}\n")).collect();
            Ok(said + &rules(&app))
        }
    })
    .await
    .map(|text: String| text.into_response())
}

/// Reads the rule files again; what is wrong with them.
fn rules(app: &App) -> String {
    let problems = app.alerts().map(Alerts::reload).unwrap_or_default();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}
