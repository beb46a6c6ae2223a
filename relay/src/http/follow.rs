//! `POST /api/follow`: a second `logpane PATHS` hands its paths to the relay that has the folder.

use warp::filters::BoxedFilter;
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::app::{FOLLOW_KEY_HEADER, FollowRequest};
use crate::http::blocking::blocking;
use crate::http::body::read_body;
use crate::http::{ApiError, App, Peer};
use crate::store::SourceOptions;

const LIMIT_BYTES: usize = 1 << 20;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "follow")
        .and(warp::post())
        .and(warp::filters::ext::optional())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |peer: Option<Peer>, headers: HeaderMap, body| {
            let app = app.clone();
            async move {
                let follow = async {
                    may_follow(&app, peer, &headers)?;
                    let body = read_body(body, LIMIT_BYTES).await?;
                    follow(&app, &body).await
                };
                match follow.await {
                    Ok(()) => StatusCode::NO_CONTENT.into_response(),
                    Err(error) => error.into_response(),
                }
            }
        })
        .boxed()
}

/// Whoever may follow files reads them with this relay's rights: only this machine, and there
/// only those who can read the data folder.
fn may_follow(app: &App, peer: Option<Peer>, headers: &HeaderMap) -> Result<(), ApiError> {
    let key = headers.get(FOLLOW_KEY_HEADER).map(warp::http::HeaderValue::as_bytes);
    let local = peer.is_some_and(|Peer(addr)| addr.ip().is_loopback());
    // Hashes compare in constant time.
    let right = key.is_some_and(|key| {
        !app.follow_key().is_empty()
            && blake3::hash(key) == blake3::hash(app.follow_key().as_bytes())
    });
    if local && right {
        return Ok(());
    }
    let message = "only `logpane PATHS` on this machine, with access to the data folder, may \
                   have more files followed"
        .to_owned();
    Err(ApiError::Forbidden { message })
}

async fn follow(app: &App, body: &[u8]) -> Result<(), ApiError> {
    let request: FollowRequest = serde_json::from_slice(body)
        .map_err(|error| ApiError::bad_request(format!("expected {{\"paths\": […]}}: {error}")))?;
    if let Some(path) = request.paths.iter().find(|path| !path.starts_with('/')) {
        return Err(ApiError::bad_request(format!("{path:?} is not an absolute path")));
    }
    let store = app.store()?.clone();
    blocking(move || {
        let FollowRequest { paths, job, labels } = request;
        store.follow(SourceOptions { paths, job, labels, ..SourceOptions::default() });
        Ok(())
    })
    .await
}
