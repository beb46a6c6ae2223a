//! `GET /api/share/tail?ticket=T&match={…}&after=ARRIVAL`: the live tail of a share.

use futures_util::Stream;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::ws::Ws;
use warp::{Filter, Reply as _};

use super::held::{Held, ended};
use crate::http::blocking::blocking;
use crate::http::params::{Params, parse_selector, raw_query};
use crate::http::{ApiError, App, now_ns, socket};
use crate::share::Opened;
use crate::store::Subscription;

pub const TAIL_PATH: &str = "/api/share/tail";

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    let socket = warp::path!("api" / "share" / "tail").and(warp::ws()).and(raw_query()).then(
        move |ws: Ws, query: String| {
            let app = app.clone();
            async move {
                match begin(&app, &query).await {
                    Ok(tail) => ws
                        .max_message_size(socket::CLIENT_MESSAGE_LIMIT_BYTES)
                        .on_upgrade(move |socket| socket::send(app, socket, frames(tail)))
                        .into_response(),
                    Err(error) => error.into_response(),
                }
            }
        },
    );
    let plain = warp::path!("api" / "share" / "tail").map(|| {
        ApiError::bad_request("the live tail is a WebSocket, expected an upgrade").into_response()
    });
    socket.or(plain).unify().boxed()
}

struct SharedTail {
    app: App,
    share: String,
    subscription: Subscription,
    revoked: tokio::sync::watch::Receiver<u64>,
    _turn: tokio::sync::OwnedSemaphorePermit,
}

async fn begin(app: &App, query: &str) -> Result<SharedTail, ApiError> {
    let params = Params::parse(query.as_bytes());
    let book = app.book()?;
    let ticket = params.get("ticket").unwrap_or_default();
    let Opened { share, scope } = book.redeem(ticket, now_ns()).ok_or_else(ended)?;
    let too_many = || ApiError::TooMany {
        message: "too many live tails: close one, or raise --max-tails".to_owned(),
    };
    let turn = app.tails().try_acquire_owned().map_err(|_| too_many())?;
    let store = app.store()?.clone();
    let asked = parse_selector(params.get("match").unwrap_or_default())?;
    let after = params.parsed("after", "an arrival number")?;
    let matchers = scope.matchers.iter().cloned().chain(asked).collect();
    let subscription = blocking(move || Ok(store.subscribe(matchers, after))).await?;
    let revoked = book.revoked();
    Ok(SharedTail { app: app.clone(), share: share.id, subscription, revoked, _turn: turn })
}

/// Frames until the share ends.
fn frames(tail: SharedTail) -> impl Stream<Item = String> + Send {
    futures_util::stream::unfold(tail, |mut tail| async {
        loop {
            let frame = tokio::select! {
                frame = tail.subscription.next() => frame?,
                changed = tail.revoked.changed() => {
                    changed.ok()?;
                    tail.app.book().ok()?.still(&tail.share, now_ns())?;
                    continue;
                }
            };
            let opened = tail.app.book().ok()?.still(&tail.share, now_ns())?;
            let held = Held { opened, app: tail.app.clone() };
            let frame = match held.see(move |view, _| Ok(view.frame(frame)?)).await {
                Ok(Some(frame)) => frame,
                Ok(None) => continue,
                Err(error) => {
                    tracing::error!(%error, "a frame of a shared live tail failed");
                    return None;
                }
            };
            match serde_json::to_string(&frame) {
                Ok(text) => return Some((text, tail)),
                Err(error) => {
                    tracing::error!(%error, "a frame of a shared live tail cannot be written");
                    return None;
                }
            }
        }
    })
}
