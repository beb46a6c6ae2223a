//! Who may ask what, before any route: the host name, where a page comes from, the password.

use headers::HeaderMapExt as _;
use headers::authorization::{Authorization, Basic};
use protocol::share::SHARE_HEADER;
use warp::http::header::{self, HeaderMap};
use warp::http::{Method, uri::Authority};
use warp::path::FullPath;
use warp::{Filter, Rejection};

use crate::endpoint::is_local_name;
use crate::http::blocking::blocking;
use crate::http::{ApiError, App, cors, share, viewer};

/// A request that the guard turned away.
#[derive(Debug)]
pub struct Denied(pub std::sync::Mutex<Option<ApiError>>);

impl warp::reject::Reject for Denied {}

/// Passes what may pass; put before the whole tree.
pub fn guard(app: &App) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
    let app = app.clone();
    warp::method()
        .and(warp::path::full())
        .and(warp::header::headers_cloned())
        .and_then(move |method, path, headers| {
            let app = app.clone();
            async move {
                check(&app, &method, &path, &headers).await.map_err(|error| {
                    warp::reject::custom(Denied(std::sync::Mutex::new(Some(error))))
                })
            }
        })
        .untuple_one()
}

async fn check(
    app: &App,
    method: &Method,
    path: &FullPath,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    if app.config().listen.ip().is_loopback() {
        check_host(headers)?;
    }
    if cors::allowed(app, headers).is_none() {
        check_origin(method, headers)?;
    }
    // A share's holder has no password. Their requests go to routes of their own, which look at
    // the token; a live tail brings a ticket.
    if is_public(method, path.as_str())
        || headers.contains_key(SHARE_HEADER)
        || path.as_str() == share::TAIL_PATH
    {
        return Ok(());
    }
    check_password(app, headers).await
}

/// A page of some site can have its own name resolve to 127.0.0.1 and then read what it likes,
/// with the browser thinking that it asks its own server. Such a request names that site as host.
fn check_host(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(header::HOST) else {
        return Ok(());
    };
    let host = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
    if host.as_ref().is_some_and(|host| is_local_name(host.host())) {
        return Ok(());
    }
    let message = format!(
        "this relay listens on loopback only and answers to localhost and 127.0.0.1, not to {:?}",
        String::from_utf8_lossy(value.as_bytes())
    );
    Err(ApiError::Forbidden { message })
}

/// A page of another site may send a form or open a WebSocket anywhere; its origin gives it away.
/// Programs send no origin.
fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if reads && !headers.contains_key(header::UPGRADE) {
        return Ok(());
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or("");
    let from = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if from.is_some() && from == host {
        return Ok(());
    }
    let message = format!("a page of {origin:?} may not do this here");
    Err(ApiError::Forbidden { message })
}

/// The viewer itself holds no data.
fn is_public(method: &Method, path: &str) -> bool {
    matches!(*method, Method::GET | Method::HEAD) && (path == "/ready" || viewer::has(path))
}

async fn check_password(app: &App, headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(passwords) = &app.config().passwords else {
        return Ok(());
    };
    let given = headers.typed_get::<Authorization<Basic>>().ok_or(ApiError::Unauthorized)?;
    if passwords.remembers(given.username(), given.password()) {
        return Ok(());
    }
    let turn = app.logins().acquire_owned().await.map_err(|_| ApiError::Unauthorized)?;
    let passwords = passwords.clone();
    let right = blocking(move || {
        // Ends with the work, not with a client that hangs up.
        let _turn = turn;
        Ok(passwords.verify(given.username(), given.password()))
    })
    .await?;
    if right { Ok(()) } else { Err(ApiError::Unauthorized) }
}
