//! `GET /api/tail?match={…}&after=ARRIVAL`: the live tail over a WebSocket.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::ws::{Message, WebSocket, Ws};
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::params::{Params, parse_selector, raw_query};
use crate::http::{ApiError, App};
use crate::store::Subscription;

/// Keeps proxies from closing a quiet tail, and finds out about clients that vanished.
const PING: Duration = Duration::from_secs(20);
/// A client sends nothing but pings and its close.
const CLIENT_MESSAGE_LIMIT_BYTES: usize = 4096;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    let socket = warp::path!("api" / "tail").and(warp::ws()).and(raw_query()).then(
        move |ws: Ws, query: String| {
            let app = app.clone();
            async move {
                match subscribe(&app, &query).await {
                    Ok(subscription) => ws
                        .max_message_size(CLIENT_MESSAGE_LIMIT_BYTES)
                        .on_upgrade(move |socket| tail(app, subscription, socket))
                        .into_response(),
                    Err(error) => error.into_response(),
                }
            }
        },
    );
    let plain = warp::path!("api" / "tail").and(warp::get()).map(|| {
        ApiError::bad_request("the live tail is a WebSocket, expected an upgrade").into_response()
    });
    socket.or(plain).unify().boxed()
}

async fn subscribe(app: &App, query: &str) -> Result<Subscription, ApiError> {
    let params = Params::parse(query.as_bytes());
    let store = app.store()?.clone();
    let matchers = parse_selector(params.get("match").unwrap_or_default())?;
    let after = params.parsed("after", "an arrival number")?;
    blocking(move || Ok(store.subscribe(matchers, after))).await
}

async fn tail(app: App, mut subscription: Subscription, socket: WebSocket) {
    let (mut send, mut receive) = socket.split();
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
    let stopped = app.stopped();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let message = tokio::select! {
            frame = subscription.next() => match frame.as_ref().map(serde_json::to_string) {
                Some(Ok(text)) => Message::text(text),
                Some(Err(error)) => {
                    tracing::error!(%error, "a frame of the live tail could not be written");
                    break;
                }
                None => break,
            },
            heard = receive.next() => match heard {
                // Pings are answered within the socket once they are read.
                Some(Ok(message)) if !message.is_close() => continue,
                _ => break,
            },
            _ = ping.tick() => Message::ping(Vec::new()),
            () = &mut stopped => break,
        };
        // A client that does not read must not keep the relay from stopping.
        let sent = tokio::select! {
            sent = send.send(message) => sent.is_ok(),
            () = &mut stopped => false,
        };
        if !sent {
            break;
        }
    }
    send.close().await.ok();
}
