//! `GET`, `POST /api/views` and `DELETE /api/views/ID`.

use bytes::Bytes;
use protocol::views::{NamedViews, NewView};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use crate::http::blocking::blocking;
use crate::http::json::{json, posted};
use crate::http::{ApiError, App, now_ns};
use crate::views::ViewsError;

const LIMIT_BYTES: usize = 256 << 10;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let (lister, remover) = (app.clone(), app.clone());
    let list = warp::path!("api" / "views")
        .and(warp::get())
        .map(move || json(lister.views().map(|views| views.list())));
    let save = posted(warp::path!("api" / "views"), app, LIMIT_BYTES, save);
    let remove = warp::path!("api" / "views" / String).and(warp::delete()).then(move |id| {
        let app = remover.clone();
        async move { json(remove(&app, id).await) }
    });
    list.or(save).unify().or(remove).unify().boxed()
}

async fn save(app: App, body: Bytes) -> Result<NamedViews, ApiError> {
    let new: NewView = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(format!(
            "expected {{\"name\": \"…\", \"view\": \"v=1&q=…\"}}: {error}"
        ))
    })?;
    let views = app.views()?;
    blocking(move || Ok(views.save(new, now_ns())?)).await
}

async fn remove(app: &App, id: String) -> Result<NamedViews, ApiError> {
    let views = app.views()?;
    blocking(move || Ok(views.remove(&id)?)).await
}

impl From<ViewsError> for ApiError {
    fn from(error: ViewsError) -> Self {
        let message = error.to_string();
        match error {
            ViewsError::Write { .. } => {
                tracing::error!(%message, "a view could not be written down");
                Self::Unavailable { message }
            }
            ViewsError::Name | ViewsError::TooLong | ViewsError::TooMany => {
                Self::BadRequest { message }
            }
        }
    }
}
