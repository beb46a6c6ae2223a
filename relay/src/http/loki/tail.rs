//! `tail`: entries of a log query as they come, over a WebSocket.

use std::time::Duration;

use futures_util::Stream;
use logql::ast::{Expr, LogExpr};
use logql::{Direction, Outcome, Output, Params as QueryParams, QueryKind};
use protocol::tail::TailFrame;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use warp::filters::BoxedFilter;
use warp::http::HeaderMap;
use warp::path;
use warp::reply::Response;
use warp::ws::Ws;
use warp::{Filter, Rejection, Reply as _};

use crate::http::blocking::blocking;
use crate::http::loki::desk::{Desk, Shape};
use crate::http::loki::encode::Flags;
use crate::http::loki::query::work;
use crate::http::loki::request::{self, Range};
use crate::http::params::{Params, raw_query};
use crate::http::{ApiError, App, socket};
use crate::query::{self, Live, query_message};
use crate::store::Subscription;

/// Loki's.
const MAX_DELAY_S: u64 = 5;

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
    desk: Desk,
    subscription: Subscription,
    delay: Duration,
    /// Of the tails that may be open at once, this is one.
    _turn: OwnedSemaphorePermit,
}

impl Tail {
    async fn start(app: &App, params: &Params, shape: Shape) -> Result<Self, ApiError> {
        let limits = &app.config().limits;
        let text = request::query(params)?.to_owned();
        let delay = delay(params)?;
        let limit = request::limit(params, limits.max_entries)?;
        let now = request::now_ns();
        let start = params.time("start")?.unwrap_or(now.saturating_sub(request::DEFAULT_SINCE_NS));
        request::check_length(Range { start, end: i64::MAX }, app)?;
        let query = log_query(&text)?;
        let store = app.store()?.clone();
        let turn = turn(app)?;
        let live = Live::new(query.clone(), store.sessions(), limits)
            .map_err(|error| ApiError::bad_request(query_message(&text, &error)))?;
        // Followed before it is looked back, so that nothing falls in between; what comes twice is
        // known by its arrival number.
        let matchers = live.matchers().to_vec();
        let subscription = blocking(move || Ok(store.subscribe(matchers, None))).await?;
        let outcome = past(app, query, start, limit).await?;
        let rows = match outcome.output {
            Output::Rows(rows) => rows,
            _ => Vec::new(),
        };
        let desk = Desk::new(live, shape, rows, outcome.warnings);
        Ok(Self { desk, subscription, delay, _turn: turn })
    }

    fn messages(self) -> impl Stream<Item = String> + Send {
        futures_util::stream::unfold(self, Self::next)
    }

    /// The next message; None when the relay stops or the query fails over what came.
    async fn next(mut self) -> Option<(String, Self)> {
        loop {
            let due = self.desk.due();
            if due.is_some_and(|due| due <= Instant::now()) {
                return self.message().await;
            }
            let ripen = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let frame = tokio::select! {
                frame = self.subscription.next() => frame?,
                () = ripen => continue,
            };
            self = self.take(frame).await?;
        }
    }

    async fn message(self) -> Option<(String, Self)> {
        let Self { mut desk, subscription, delay, _turn } = self;
        let written = blocking(move || {
            let text = desk.message();
            Ok((text, desk))
        });
        let (text, desk) = written.await.ok()?;
        Some((text?, Self { desk, subscription, delay, _turn }))
    }

    async fn take(self, frame: TailFrame) -> Option<Self> {
        let Self { mut desk, subscription, delay, _turn } = self;
        let until = Instant::now() + delay;
        let taken = blocking(move || {
            let taken = desk.take(frame, until);
            Ok((taken, desk))
        });
        let (taken, desk) = taken.await.ok()?;
        if let Err(error) = taken {
            tracing::warn!(message = error.message, "a live tail ended");
            return None;
        }
        Some(Self { desk, subscription, delay, _turn })
    }
}

/// One of the tails that may be open at once.
fn turn(app: &App) -> Result<OwnedSemaphorePermit, ApiError> {
    app.tails().try_acquire_owned().map_err(|_| ApiError::TooMany {
        message: format!(
            "max concurrent tail requests limit exceeded: {} live tails are open, close one or \
             raise --max-tails",
            app.config().limits.max_tails
        ),
    })
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
async fn past(app: &App, query: LogExpr, start: i64, limit: usize) -> Result<Outcome, ApiError> {
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
    let (mut outcome, _) =
        work(app, move |store, cancel, effort| query::run(store, &plan, cancel, effort)).await?;
    if let Output::Rows(rows) = &mut outcome.output {
        rows.reverse();
    }
    Ok(outcome)
}
