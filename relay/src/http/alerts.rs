use bytes::Bytes;
use protocol::alerts::{Delivery, TryOut};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::alert::Alerts;
use crate::http::blocking::blocking;
use crate::http::json::posted;
use crate::http::{ApiError, App};

const LIMIT_BYTES: usize = 4 << 10;

/// `GET /api/alerts`: who is told and what was told; empty where there are no rules.
/// `POST /api/alerts/test`: sends a test to one of them.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let lister = app.clone();
    let list = warp::path!("api" / "alerts").and(warp::get()).map(move || {
        let status = lister.alerts().map(Alerts::status);
        warp::reply::json(&status.unwrap_or_default()).into_response()
    });
    let test = posted(warp::path!("api" / "alerts" / "test"), app, LIMIT_BYTES, try_out);
    list.or(test).unify().boxed()
}

async fn try_out(app: App, body: Bytes) -> Result<Delivery, ApiError> {
    let TryOut { receiver } = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!("expected {{\"receiver\": \"NAME\"}}: {error}"))
    })?;
    let alerts = app.alerts().cloned();
    let unknown = format!("there is no receiver {receiver:?}; GET /api/alerts lists them");
    let tried = blocking(move || Ok(alerts.and_then(|alerts| alerts.try_out(&receiver)))).await?;
    tried.ok_or_else(|| ApiError::bad_request(unknown))
}
