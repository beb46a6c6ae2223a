use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use logql::hint::IgnoringCase;
use model::TimeRange;
use yew::{Callback, UseReducerDispatcher, UseReducerHandle, hook, use_memo, use_reducer};

use super::browser::{base_url, now_ms, share_token};
use super::streams::all_streams;
use crate::engine::client::{Engine, QueryHandle, TailHandle};
use crate::engine::message::{Event, Id, QueryRequest, Settings, TailRequest};
use crate::state::{
    Asked, CaseSearch, Context, Counting, Edges, Kind, Results, ResultsAction, RowId,
    count_survivors, everything, needs_streams,
};

/// The queries of the page: asks the engine and gathers its answers in [`Results`].
#[derive(Clone)]
pub struct Session {
    pub results: UseReducerHandle<Results>,
    inner: Rc<Inner>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("base", &self.inner.base).finish_non_exhaustive()
    }
}

struct Inner {
    engine: Engine,
    base: String,
    next: Cell<Id>,
    queries: RefCell<BTreeMap<Id, QueryHandle>>,
    tail: RefCell<Option<TailHandle>>,
}

/// Starts the engine and keeps what it answers.
#[hook]
pub fn use_session() -> Session {
    let results = use_reducer(Results::default);
    let inner = use_memo((), |()| Inner {
        engine: Engine::start(Settings { share: share_token(), ..Settings::default() }),
        base: base_url(),
        next: Cell::new(1),
        queries: RefCell::default(),
        tail: RefCell::default(),
    });
    Session { results, inner }
}

impl Session {
    /// Runs what is typed over `range`, in place of what ran before; with a `context` it shows what
    /// is around that line.
    pub fn run(&self, typed: &str, range: TimeRange, edges: Edges, context: Option<&Context>) {
        let Some(mut asked) = self.asked(typed, range, edges) else { return };
        if let Some(context) = context {
            asked = Rc::new(Rc::unwrap_or_clone(asked).around(context));
        }
        let main = self.id();
        let newer = asked.around.map(|id| (self.id(), (id.timestamp, id.arrival)));
        let histogram = asked.histogram(&self.inner.base);
        let histogram_id = histogram.is_some().then(|| self.id());
        self.results.dispatch(ResultsAction::Start {
            asked: Rc::clone(&asked),
            main,
            histogram: histogram_id,
            newer: newer.map(|(id, _)| id),
        });
        self.send(main, asked.request(&self.inner.base));
        if let Some((id, cursor)) = newer {
            self.send(id, asked.newer(&self.inner.base, cursor));
        }
        if let (Some(id), Some(request)) = (histogram_id, histogram) {
            self.send(id, request);
        }
    }

    /// Shows again what a context was opened from, if that is there still.
    pub fn go_back(&self) -> bool {
        let can_return = self.results.can_return();
        if can_return {
            self.stop();
            self.results.dispatch(ResultsAction::Return);
        }
        can_return
    }

    /// Shows the newest lines and follows what comes.
    pub fn live(&self, typed: &str) {
        // Who follows without a query wants to see whatever comes.
        let typed = if typed.trim().is_empty() { everything() } else { typed.to_owned() };
        let Some(asked) = self.asked(&typed, TimeRange::ALL, Edges::Exact) else { return };
        if asked.kind == Kind::Metric {
            return;
        }
        let backlog = self.id();
        self.results.dispatch(ResultsAction::StartLive { asked: Rc::clone(&asked), backlog });
        self.send(backlog, asked.request(&self.inner.base));
    }

    /// Follows on from the lines that are there.
    pub fn tail(&self, asked: &Asked) {
        let id = self.id();
        self.results.dispatch(ResultsAction::Tail(id));
        let dispatcher = self.results.dispatcher();
        let request = TailRequest {
            text: asked.text.clone(),
            base: self.inner.base.clone(),
            after: self.results.rows.newest_arrival(),
        };
        let handle = self.inner.engine.tail(request, listener(id, dispatcher));
        self.inner.tail.replace(Some(handle));
    }

    /// Fetches the rows after the last one.
    pub fn older(&self) {
        let (Some(asked), Some(last)) = (&self.results.asked, self.results.rows.last()) else {
            return;
        };
        let id = self.id();
        self.results.dispatch(ResultsAction::Older(id));
        self.send(id, asked.older(&self.inner.base, (last.timestamp, last.arrival)));
    }

    /// Fetches the rows above the first one of a context.
    pub fn newer(&self) {
        let (Some(asked), Some(first)) = (&self.results.asked, self.results.rows.get(0)) else {
            return;
        };
        let id = self.id();
        self.results.dispatch(ResultsAction::Newer(id));
        self.send(id, asked.newer(&self.inner.base, (first.timestamp, first.arrival)));
    }

    /// Fetches all of a row that was cut on its way.
    pub fn whole(&self, row: RowId) {
        let Some(asked) = &self.results.asked else { return };
        let id = self.id();
        self.results.dispatch(ResultsAction::Whole(id, row));
        self.send(id, asked.whole(&self.inner.base, row));
    }

    /// Counts what the query would find in any case of its letters.
    pub fn count_ignoring_case(&self, asked: &Asked) {
        let Some((other, request)) = asked.ignoring_case(&self.inner.base) else { return };
        let IgnoringCase { query: text, words } = other;
        let id = self.id();
        self.results.dispatch(ResultsAction::Case(CaseSearch {
            count: Counting::new(id),
            words,
            text,
        }));
        self.send(id, request);
    }

    /// Counts the lines of level debug that an empty query leaves out.
    pub fn count_hidden(&self, asked: &Asked) {
        let Some(request) = asked.hidden(&self.inner.base) else { return };
        let id = self.id();
        self.results.dispatch(ResultsAction::Hidden(id));
        self.send(id, request);
    }

    /// Looks for what is to be said beside the answer.
    pub fn look_for_hints(&self) {
        let results = &self.results;
        let Some(id) = results.id() else { return };
        if !needs_streams(&results.rows, results.output.as_deref()) {
            results.dispatch(ResultsAction::Streams(id, Vec::new()));
            return;
        }
        let (base, dispatcher) = (self.inner.base.clone(), results.dispatcher());
        wasm_bindgen_futures::spawn_local(async move {
            let streams = all_streams(&base).await.unwrap_or_default();
            dispatcher.dispatch(ResultsAction::Streams(id, streams));
        });
    }

    /// Counts what is left of a log query after each of its stages.
    pub fn count(&self, text: &str, range: TimeRange, on_event: Callback<Event>) -> QueryHandle {
        self.inner.engine.query(count_survivors(&self.inner.base, text, range), on_event)
    }

    /// All rows of an answer as they are, for a file.
    pub fn save(&self, asked: &Asked, on_event: Callback<Event>) -> QueryHandle {
        self.inner.engine.query(asked.saved(&self.inner.base), on_event)
    }

    /// Stops what runs and keeps what has arrived.
    pub fn cancel(&self) {
        let queries = self.inner.queries.borrow();
        let running = self.results.running_ids();
        let handles: Vec<&QueryHandle> = running.iter().filter_map(|id| queries.get(id)).collect();
        for handle in handles {
            handle.cancel();
        }
    }

    fn asked(&self, typed: &str, range: TimeRange, edges: Edges) -> Option<Rc<Asked>> {
        self.stop();
        match Asked::new(typed, range, edges) {
            Ok(asked) => Some(Rc::new(asked)),
            Err(error) => {
                self.results.dispatch(ResultsAction::Refuse(error));
                None
            }
        }
    }

    /// What ran before ends here, whatever comes next.
    fn stop(&self) {
        let before = std::mem::take(&mut *self.inner.queries.borrow_mut());
        drop(before);
        self.inner.tail.replace(None);
    }

    fn id(&self) -> Id {
        let id = self.inner.next.get();
        self.inner.next.set(id + 1);
        id
    }

    fn send(&self, id: Id, request: QueryRequest) {
        let handle = self.inner.engine.query(request, listener(id, self.results.dispatcher()));
        self.inner.queries.borrow_mut().insert(id, handle);
    }
}

fn listener(id: Id, dispatcher: UseReducerDispatcher<Results>) -> Callback<Event> {
    Callback::from(move |event| {
        dispatcher.dispatch(ResultsAction::Event(id, Box::new(event), now_ms()));
    })
}
