//! What the holder of a link can ask. A request with a token goes here and nowhere else: a route
//! that does not stand in this file does not exist for it.

use std::collections::BTreeSet;

use model::Labels;
use protocol::loki::Response as Envelope;
use protocol::share::{HeldShare, SHARE_HEADER, TailTicket};
use protocol::status::Status;
use warp::filters::BoxedFilter;
use warp::http::header::HeaderMap;
use warp::reply::Response;
use warp::{Filter, Rejection, Reply as _};

use super::tail;
use crate::http::blocking::blocking;
use crate::http::index::{self, Asked};
use crate::http::json::json;
use crate::http::params::{Params, params};
use crate::http::{ApiError, App, chunks, now_ns, viewer};
use crate::share::{Limited, Opened, ScopeError, View};
use crate::store::Store;

/// Every request with a token ends here; so does a live tail with its ticket.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let asked = about(app)
        .or(status(app))
        .unify()
        .or(index(app))
        .unify()
        .or(chunk(app))
        .unify()
        .or(series(app))
        .unify()
        .or(ticket(app))
        .unify()
        .or(refused(app))
        .unify();
    asked.or(tail::routes(app)).unify().boxed()
}

/// Passes requests with a token, whatever became of it.
fn token(
    app: &App,
) -> impl Filter<Extract = (Result<Held, ApiError>,), Error = Rejection> + Clone + use<> {
    let app = app.clone();
    warp::header::<String>(SHARE_HEADER).then(move |token: String| {
        let app = app.clone();
        async move {
            let book = app.book()?.clone();
            let opened = blocking(move || Ok(book.opened(&token, now_ns()))).await?;
            Ok(Held { opened: opened.ok_or_else(ended)?, app })
        }
    })
}

/// The same whether it never was one, has expired or was taken back.
pub fn ended() -> ApiError {
    let message = "this link does not work (any more): it has expired or was taken back";
    ApiError::Forbidden { message: message.to_owned() }
}

/// A request whose token was good.
pub struct Held {
    pub opened: Opened,
    pub app: App,
}

impl Held {
    /// Does `work` with what the holder sees, out of the way of other requests.
    pub async fn see<T: Send + 'static>(
        self,
        work: impl FnOnce(&View<'_>, &Store) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = self.app.store()?.clone();
        let book = self.app.book()?.clone();
        let turn = self.app.queries().acquire_owned().await;
        blocking(move || {
            let _turn = turn;
            let Opened { share, scope } = &self.opened;
            let view = View {
                store: &store,
                share: &share.id,
                scope,
                cuts: book.cuts(),
                now_ns: now_ns(),
            };
            work(&view, &store)
        })
        .await
    }
}

impl From<ScopeError> for ApiError {
    fn from(error: ScopeError) -> Self {
        Self::bad_request(error.to_string())
    }
}

fn about(app: &App) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "share")
        .and(warp::get())
        .and(token(app))
        .map(|held: Result<Held, ApiError>| {
            json(held.map(|held| {
                let share = held.opened.share;
                HeldShare {
                    label: share.label,
                    scope: share.scope,
                    range: share.range,
                    view: share.view,
                    expires: share.expires,
                }
            }))
        })
        .boxed()
}

/// Of the relay no more than its version; files, problems and sizes are nobody else's.
fn status(app: &App) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "status")
        .and(warp::get())
        .and(token(app))
        .then(|held: Result<Held, ApiError>| async {
            let status = async {
                held?
                    .see(|view, store| {
                        let (entries, span) = view.extent()?;
                        Ok(Status {
                            version: env!("CARGO_PKG_VERSION").to_owned(),
                            build: viewer::build_id().to_owned(),
                            instance: store.instance().to_owned(),
                            zone: store.zone_name(),
                            entries,
                            oldest: span.map(|(first, _)| model::Timestamp(first)),
                            newest: span.map(|(_, last)| model::Timestamp(last)),
                            ..Status::default()
                        })
                    })
                    .await
            };
            json(status.await)
        })
        .boxed()
}

fn index(app: &App) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "index")
        .and(params())
        .and(token(app))
        .then(|params: Result<Params, ApiError>, held: Result<Held, ApiError>| async {
            let written = async {
                let asked = Asked::of(&params?)?;
                held?
                    .see(move |view, _| {
                        let Asked { matchers, range, literals, columns } = asked;
                        index::written(&view.index(&matchers, range, &literals, columns)?)
                    })
                    .await
            };
            index::reply(written.await)
        })
        .boxed()
}

fn chunk(app: &App) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "chunks" / String)
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .and(token(app))
        .then(|id: String, headers: HeaderMap, held: Result<Held, ApiError>| async move {
            let served = async {
                let range = chunks::range_of(&headers);
                held?
                    .see(move |view, _| {
                        match view.chunk(chunks::checked(&id)?).ok_or_else(chunks::gone)? {
                            Limited::Whole(file) => chunks::from_file(&id, &file, range.as_deref()),
                            Limited::Cut(cut) => {
                                chunks::from_bytes(&id, &cut.bytes, range.as_deref())
                            }
                        }
                    })
                    .await
            };
            served.await.unwrap_or_else(warp::Reply::into_response)
        })
        .boxed()
}

/// The streams of the scope, in Loki's shape: names and values to choose from.
fn series(app: &App) -> BoxedFilter<(Response,)> {
    warp::path!("loki" / "api" / "v1" / "series")
        .and(warp::get())
        .and(token(app))
        .then(|held: Result<Held, ApiError>| async {
            let streams = async { held?.see(|view, _| Ok(view.streams()?)).await };
            json(streams.await.map(|streams: BTreeSet<Labels>| Envelope::new(streams)))
        })
        .boxed()
}

fn ticket(app: &App) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "share" / "ticket")
        .and(warp::post())
        .and(token(app))
        .map(|held: Result<Held, ApiError>| {
            json(held.and_then(|held| {
                let share = &held.opened.share.id;
                Ok(TailTicket { ticket: held.app.book()?.ticket(share, now_ns())? })
            }))
        })
        .boxed()
}

/// Anything else with a token.
fn refused(app: &App) -> BoxedFilter<(Response,)> {
    token(app)
        .map(|held: Result<Held, ApiError>| match held {
            Ok(_) => {
                let message = "a shared link cannot do this: it reads what was shared".to_owned();
                ApiError::Forbidden { message }.into_response()
            }
            Err(error) => error.into_response(),
        })
        .boxed()
}
