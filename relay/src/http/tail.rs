//! `GET /api/tail?match={…}&after=ARRIVAL`: the live tail over a WebSocket.

use futures_util::Stream;
use warp::filters::BoxedFilter;
use warp::reply::Response;
use warp::ws::Ws;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::params::{Params, parse_selector, raw_query};
use crate::http::{ApiError, App, socket};
use crate::store::Subscription;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    let socket = warp::path!("api" / "tail").and(warp::ws()).and(raw_query()).then(
        move |ws: Ws, query: String| {
            let app = app.clone();
            async move {
                match subscribe(&app, &query).await {
                    Ok(subscription) => ws
                        .max_message_size(socket::CLIENT_MESSAGE_LIMIT_BYTES)
                        .on_upgrade(move |socket| socket::send(app, socket, frames(subscription)))
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

fn frames(subscription: Subscription) -> impl Stream<Item = String> + Send {
    futures_util::stream::unfold(subscription, |mut subscription| async {
        let frame = subscription.next().await?;
        match serde_json::to_string(&frame) {
            Ok(text) => Some((text, subscription)),
            Err(error) => {
                tracing::error!(%error, "a frame of the live tail could not be written");
                None
            }
        }
    })
}
