//! `tail`: entries of a log query as they come, over a WebSocket.

use std::time::Duration;

use futures_util::Stream;
use logql::ast::{Expr, LogExpr};
use logql::{Direction, Output, Params as QueryParams, QueryKind, Row};
use model::{Labels, MatchOp, Matcher};
use protocol::loki::{DroppedEntry, TailMessage};
use tokio::time::Instant;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::path;
use warp::reply::Response;
use warp::ws::Ws;
use warp::{Filter, Rejection, Reply as _};

use crate::http::blocking::blocking;
use crate::http::loki::encode::{self, Flags};
use crate::http::loki::legacy;
use crate::http::loki::query::work;
use crate::http::loki::request;
use crate::http::params::{Params, query_message, raw_query};
use crate::http::{ApiError, App, socket};
use crate::query::{self, Live};
use crate::store::Subscription;

/// Loki's.
const MAX_DELAY_S: u64 = 5;

/// How a message is written.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Current(Flags),
    /// As `/api/prom/tail` has it.
    Legacy,
}

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let current = path!("loki" / "api" / "v1" / "tail");
    route(app, current, |headers| Shape::Current(Flags::of(headers)))
        .or(route(app, path!("api" / "prom" / "tail"), |_| Shape::Legacy))
        .unify()
        .boxed()
}

fn route(
    app: &App,
    path: impl Filter<Extract = (), Error = Rejection> + Clone + Send + Sync + 'static,
    shape: fn(&HeaderMap) -> Shape,
) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    let socket =
        path.clone().and(warp::ws()).and(raw_query()).and(warp::header::headers_cloned()).then(
            move |ws: Ws, query: String, headers: HeaderMap| {
                let app = app.clone();
                async move {
                    let params = Params::parse(query.as_bytes());
                    match Tail::start(&app, &params, shape(&headers)).await {
                        Ok(tail) => ws
                            .max_message_size(socket::CLIENT_MESSAGE_LIMIT_BYTES)
                            .on_upgrade(move |socket| socket::send(app, socket, tail.messages()))
                            .into_response(),
                        Err(error) => error.into_response(),
                    }
                }
            },
        );
    let plain = path.and(warp::get()).map(|| {
        ApiError::bad_request("the live tail is a WebSocket, expected an upgrade").into_response()
    });
    socket.or(plain).unify().boxed()
}

/// What one client follows.
struct Tail {
    live: Live,
    subscription: Subscription,
    shape: Shape,
    delay: Duration,
    /// Rows that wait for slower ones, and until when.
    held: Vec<(Instant, Row)>,
    dropped: u64,
}

impl Tail {
    async fn start(app: &App, params: &Params, shape: Shape) -> Result<Self, ApiError> {
        let text = request::query(params)?.to_owned();
        let delay = delay(params)?;
        let limit = request::limit(params, app.config().limits.max_entries)?;
        let now = request::now_ns();
        let start = params.time("start")?.unwrap_or(now.saturating_sub(request::DEFAULT_SINCE_NS));
        let query = log_query(&text)?;
        let store = app.store()?.clone();
        let mut live = Live::new(query.clone(), store.sessions())
            .map_err(|error| ApiError::bad_request(query_message(&text, &error)))?;
        // Followed before it is looked back, so that nothing falls in between; what comes twice is
        // known by its arrival number.
        let matchers = live.matchers().to_vec();
        let subscription = blocking(move || Ok(store.subscribe(matchers, None))).await?;
        let past = past(app, query, start, limit).await?;
        live.shown(&past);
        let held = past.into_iter().map(|row| (Instant::now(), row)).collect();
        Ok(Self { live, subscription, shape, delay, held, dropped: 0 })
    }

    fn messages(self) -> impl Stream<Item = String> + Send {
        futures_util::stream::unfold(self, |mut tail| async {
            let message = tail.next().await?;
            Some((message, tail))
        })
    }

    /// The next message; None when the relay stops or the query fails over what came.
    async fn next(&mut self) -> Option<String> {
        loop {
            let ripe = self.held.iter().map(|(until, _)| *until).min();
            if ripe.is_some_and(|ripe| ripe <= Instant::now()) || self.dropped > 0 {
                return self.message();
            }
            let ripen = async {
                match ripe {
                    Some(ripe) => tokio::time::sleep_until(ripe).await,
                    None => std::future::pending().await,
                }
            };
            let frame = tokio::select! {
                frame = self.subscription.next() => frame?,
                () = ripen => continue,
            };
            self.dropped += frame.dropped;
            let until = Instant::now() + self.delay;
            match self.live.take(frame) {
                Ok(rows) => self.held.extend(rows.into_iter().map(|row| (until, row))),
                Err(error) => {
                    tracing::warn!(message = error.message, "a live tail ended");
                    return None;
                }
            }
        }
    }

    /// Everything that is ripe, in order of time.
    fn message(&mut self) -> Option<String> {
        let now = Instant::now();
        let (ripe, held): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.held).into_iter().partition(|(until, _)| *until <= now);
        self.held = held;
        let mut rows: Vec<Row> = ripe.into_iter().map(|(_, row)| row).collect();
        rows.sort_by_key(|row| (row.timestamp, row.arrival));
        let dropped = std::mem::take(&mut self.dropped);
        let dropped_entries = match dropped {
            0 => Vec::new(),
            dropped => vec![left_out(self.live.matchers(), dropped)],
        };
        let text = match self.shape {
            Shape::Current(flags) => {
                let streams = encode::streams(rows, flags);
                serde_json::to_string(&TailMessage { streams, dropped_entries })
            }
            Shape::Legacy => serde_json::to_string(&legacy::tail_message(rows, dropped_entries)),
        };
        text.inspect_err(|error| tracing::error!(%error, "a message cannot be written")).ok()
    }
}

fn log_query(text: &str) -> Result<LogExpr, ApiError> {
    match logql::parse(text) {
        Ok(Expr::Log(query)) => Ok(query),
        Ok(Expr::Metric(_)) => Err(ApiError::bad_request(
            "a metric query has no entries to tail, expected a log query",
        )),
        Err(error) => Err(ApiError::bad_request(query_message(text, &error))),
    }
}

fn delay(params: &Params) -> Result<Duration, ApiError> {
    let seconds: u64 = params.parsed("delay_for", "a whole number of seconds")?.unwrap_or(0);
    if seconds > MAX_DELAY_S {
        return Err(ApiError::bad_request(format!(
            "delay_for can't be greater than {MAX_DELAY_S}, it is {seconds}"
        )));
    }
    Ok(Duration::from_secs(seconds))
}

/// The newest entries since `start`, oldest first.
async fn past(app: &App, query: LogExpr, start: i64, limit: usize) -> Result<Vec<Row>, ApiError> {
    let params = QueryParams {
        kind: QueryKind::Range { start, end: i64::MAX, step_ns: 1_000_000_000 },
        limit,
        direction: Direction::Backward,
        max_series: app.config().limits.max_series,
        cursor: None,
    };
    let limits = app.config().limits.engine.clone();
    let plan = logql::plan_within(&Expr::Log(query), &params, limits)
        .map_err(|error| ApiError::bad_request(error.message))?;
    let (outcome, _) =
        work(app, move |store, cancel, effort| query::run(store, &plan, cancel, effort)).await?;
    let Output::Rows(mut rows) = outcome.output else { return Ok(Vec::new()) };
    rows.reverse();
    Ok(rows)
}

/// Which entries a client was too slow for is not kept, only how many: said as a label beside
/// those that the query asks for.
fn left_out(matchers: &[Matcher], dropped: u64) -> DroppedEntry {
    let mut labels: Labels = matchers
        .iter()
        .filter(|matcher| matcher.op == MatchOp::Equal)
        .map(|matcher| (matcher.name.as_str(), matcher.value.as_str()))
        .collect();
    labels.set("dropped", dropped.to_string());
    DroppedEntry { timestamp: request::now_ns().to_string(), labels }
}
