//! `GET`, `POST /api/shares` and `DELETE /api/shares/ID`.

use bytes::Bytes;
use protocol::share::{CreatedShare, NewShare, Shares};
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::json::{json, posted};
use crate::http::{ApiError, App, now_ns};
use crate::share::{BookError, qr};

const LIMIT_BYTES: usize = 256 << 10;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let (lister, ender) = (app.clone(), app.clone());
    let list = warp::path!("api" / "shares").and(warp::get()).then(move || {
        let app = lister.clone();
        async move { json(list(&app).await) }
    });
    let create = posted(warp::path!("api" / "shares"), app, LIMIT_BYTES, create);
    let revoke = warp::path!("api" / "shares" / String).and(warp::delete()).then(move |id| {
        let app = ender.clone();
        async move {
            match revoke(&app, id).await {
                Ok(()) => StatusCode::NO_CONTENT.into_response(),
                Err(error) => error.into_response(),
            }
        }
    });
    list.or(create).unify().or(revoke).unify().boxed()
}

async fn list(app: &App) -> Result<Shares, ApiError> {
    let book = app.book()?;
    Ok(Shares { shares: book.list(), loopback_only: is_loopback_only(app) })
}

async fn create(app: App, body: Bytes) -> Result<CreatedShare, ApiError> {
    let new: NewShare = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!(
            "expected {{\"scope\": \"{{job=…}}\", \"range\": {{\"kind\": \"last\", \"seconds\": \
             3600}}}}: {error}"
        ))
    })?;
    let book = app.book()?.clone();
    let base = new.base.clone();
    let (share, token) = blocking(move || Ok(book.create(new, now_ns())?)).await?;
    let qr = qr::image(&format!("{base}#share={token}"));
    Ok(CreatedShare { share, token, qr, loopback_only: is_loopback_only(&app) })
}

async fn revoke(app: &App, id: String) -> Result<(), ApiError> {
    let book = app.book()?.clone();
    let was_there = blocking(move || Ok(book.revoke(&id, now_ns())?)).await?;
    if was_there { Ok(()) } else { Err(ApiError::Gone { what: "this share".to_owned() }) }
}

fn is_loopback_only(app: &App) -> bool {
    app.config().listen.ip().is_loopback()
}

impl From<BookError> for ApiError {
    fn from(error: BookError) -> Self {
        let message = error.to_string();
        match error {
            BookError::Write { source, .. } => {
                tracing::error!(%message, %source, "a share could not be written down");
                Self::Unavailable { message: format!("{message}: {source}") }
            }
            BookError::Random { .. } => Self::Internal { message },
            _ => Self::BadRequest { message },
        }
    }
}
