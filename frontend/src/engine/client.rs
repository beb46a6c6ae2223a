//! The page's way to the engine: start a query, get its events, drop the handle to end it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use gloo::timers::callback::Timeout;
use yew::Callback;

use super::message::{Event, Id, QueryRequest, Settings, TailRequest};
use super::pool::{Effect, Pool};
use super::port::{Heard, Port, Program};

/// The most workers: beyond that, memory bandwidth and the relay set the pace.
const MAX_WORKERS: usize = 4;

/// What drawing an answer takes: two frames.
const DRAWING_MS: u32 = 32;

/// The pool of workers. One for the page; clones are the same pool.
#[derive(Clone, Debug)]
pub struct Engine(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: RefCell<Pool>,
    ports: RefCell<Vec<Option<Port>>>,
    program: Result<Program, String>,
    listeners: RefCell<BTreeMap<Id, Callback<Event>>>,
    next_id: Cell<Id>,
}

impl PartialEq for Engine {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A running query. Dropping it ends the query without another event.
#[derive(Debug)]
pub struct QueryHandle {
    id: Id,
    inner: Weak<Inner>,
}

/// A running tail. Dropping it closes the connection.
#[derive(Debug)]
pub struct TailHandle {
    id: Id,
    inner: Weak<Inner>,
}

impl Engine {
    /// Starts the workers: one for each core, at most four.
    pub fn start(settings: Settings) -> Self {
        let cores = web_sys::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
        let workers = (1..=MAX_WORKERS).rev().find(|n| *n as f64 <= cores).unwrap_or(1);
        let engine = Self(Rc::new(Inner {
            pool: RefCell::new(Pool::new(workers, settings)),
            ports: RefCell::new((0..workers).map(|_| None).collect()),
            program: Program::of_page(),
            listeners: RefCell::new(BTreeMap::new()),
            next_id: Cell::new(1),
        }));
        (0..workers).for_each(|worker| engine.0.open(worker));
        engine
    }

    /// Runs a query; see [`Event`] for what comes in which order.
    pub fn query(&self, query: QueryRequest, on_event: Callback<Event>) -> QueryHandle {
        let id = self.0.listen(on_event);
        let effects = self.0.pool.borrow_mut().start(id, query);
        self.0.run(effects);
        QueryHandle { id, inner: Rc::downgrade(&self.0) }
    }

    /// Follows a log query.
    pub fn tail(&self, tail: TailRequest, on_event: Callback<Event>) -> TailHandle {
        let id = self.0.listen(on_event);
        let effects = self.0.pool.borrow_mut().tail(id, tail);
        self.0.run(effects);
        TailHandle { id, inner: Rc::downgrade(&self.0) }
    }

    pub fn configure(&self, settings: Settings) {
        let effects = self.0.pool.borrow_mut().configure(settings);
        self.0.run(effects);
    }
}

impl QueryHandle {
    pub const fn id(&self) -> Id {
        self.id
    }

    /// Ends the query and keeps what has arrived: `Done` follows soon, its coverage says what is
    /// missing. Keep the handle until then.
    pub fn cancel(&self) {
        if let Some(inner) = self.inner.upgrade() {
            let effects = inner.pool.borrow_mut().cancel(self.id);
            inner.run(effects);
        }
    }
}

impl Drop for QueryHandle {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.listeners.borrow_mut().remove(&self.id);
            self.cancel();
        }
    }
}

impl TailHandle {
    pub const fn id(&self) -> Id {
        self.id
    }
}

impl Drop for TailHandle {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.upgrade() {
            inner.listeners.borrow_mut().remove(&self.id);
            let effects = inner.pool.borrow_mut().stop_tail(self.id);
            inner.run(effects);
        }
    }
}

impl Inner {
    fn listen(&self, on_event: Callback<Event>) -> Id {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        self.listeners.borrow_mut().insert(id, on_event);
        id
    }

    fn open(self: &Rc<Self>, worker: usize) {
        let inner = Rc::downgrade(self);
        let hear = move |heard| {
            let Some(inner) = inner.upgrade() else { return };
            let effects = match heard {
                Heard::Message(message) => inner.pool.borrow_mut().heard(worker, *message),
                Heard::Died { detail } => inner.pool.borrow_mut().died(worker, detail),
            };
            inner.run(effects);
        };
        let program = self.program.as_ref().map_err(String::clone);
        match program.and_then(|program| Port::open(program, hear)) {
            Ok(port) => self.ports.borrow_mut()[worker] = Some(port),
            Err(detail) => {
                let effects = self.pool.borrow_mut().died(worker, detail);
                self.run(effects);
            }
        }
    }

    fn run(self: &Rc<Self>, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Emit(event) => self.emit(event),
                Effect::Breathe => {
                    let inner = Rc::downgrade(self);
                    let start = move || {
                        let Some(inner) = inner.upgrade() else { return };
                        let effects = inner.pool.borrow_mut().start_waiting();
                        inner.run(effects);
                    };
                    Timeout::new(DRAWING_MS, start).forget();
                }
                Effect::Restart { worker } => {
                    self.ports.borrow_mut()[worker] = None;
                    self.open(worker);
                }
                Effect::Send { worker, message } => {
                    let sent = match &self.ports.borrow()[worker] {
                        Some(port) => port.send(&message),
                        None => Ok(()),
                    };
                    if let Err(detail) = sent {
                        let effects = self.pool.borrow_mut().died(worker, detail);
                        self.run(effects);
                    }
                }
            }
        }
    }

    fn emit(&self, event: Event) {
        let id = event.id();
        // Out of the map while it runs: it may well start the next query.
        let listener = self.listeners.borrow().get(&id).cloned();
        if matches!(event, Event::Done { .. } | Event::Failed { .. }) {
            self.listeners.borrow_mut().remove(&id);
        }
        if let Some(listener) = listener {
            listener.emit(event);
        }
    }
}
