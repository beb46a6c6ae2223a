//! The worker's side: hears [`ToWorker`], answers [`FromWorker`].

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_util::future::{AbortHandle, abortable};
use gloo::events::EventListener;
use logql::Plan;
use model::Sessions;
use serde_bytes::ByteBuf;

use super::driver::{Driver, Shared};
use super::exported::{ExportedSource, exported};
use super::http::HttpSource;
use super::lead::{Incoming, Order, lead};
use super::message::{Event, Failure, Id, Settings, TailState};
use super::origin::Origin;
use super::parent::{self, say};
use super::partition::Homes;
use super::planned::planned;
use super::socket::follow;
use super::wire::{self, FromWorker, Part, PartResult, Tally, ToWorker};

/// Listens to the page for as long as the returned listener lives.
pub fn serve() -> EventListener {
    let worker = Rc::new(Worker::new());
    let listener = parent::hear(
        |detail| FromWorker::Panicked { detail },
        move |message| {
            worker.hear(message);
        },
    );
    say(&FromWorker::Ready);
    listener
}

struct Worker {
    shared: Rc<Shared>,
    /// The token of the shared link that the page was opened with.
    share: RefCell<Option<String>>,
    /// What the page holds itself, in place of a relay.
    exported: Option<ExportedSource>,
    homes: RefCell<Homes>,
    leads: RefCell<HashMap<Id, UnboundedSender<Incoming>>>,
    /// Queries that another worker leads.
    helping: RefCell<HashMap<Id, Helping>>,
    tails: RefCell<HashMap<Id, AbortHandle>>,
}

#[derive(Default)]
struct Helping {
    /// Made from the first part.
    ready: Option<Rc<(Plan, Sessions)>>,
    parts: Vec<AbortHandle>,
}

impl Worker {
    fn new() -> Self {
        // The page says how much as soon as it hears of this worker.
        let budget = usize::try_from(Settings::default().memory_bytes / 4).unwrap_or(usize::MAX);
        Self {
            shared: Rc::new(Shared::new(budget)),
            share: RefCell::default(),
            exported: exported().map(ExportedSource::new),
            homes: RefCell::default(),
            leads: RefCell::default(),
            helping: RefCell::default(),
            tails: RefCell::default(),
        }
    }

    fn hear(self: &Rc<Self>, message: ToWorker) {
        match message {
            ToWorker::Configure { memory_bytes, share } => {
                self.share.replace(share);
                self.shared.set_budget(usize::try_from(memory_bytes).unwrap_or(usize::MAX));
            }
            ToWorker::Lead { id, query, workers } => {
                let (sender, inbox) = unbounded();
                self.leads.borrow_mut().insert(id, sender);
                let worker = Rc::clone(self);
                wasm_bindgen_futures::spawn_local(async move {
                    let source = worker.source(&query.base);
                    let driver = Driver { source, shared: Rc::clone(&worker.shared) };
                    let say = |message: FromWorker| say(&message);
                    let order = Order { id, query, workers, homes: &worker.homes, say: &say };
                    lead(&driver, order, inbox).await;
                    worker.leads.borrow_mut().remove(&id);
                });
            }
            ToWorker::Merge { id, result } => self.tell_lead(id, Incoming::Part(result)),
            ToWorker::Work { id, part } => self.work(id, *part),
            ToWorker::Cancel { id } => {
                self.tell_lead(id, Incoming::Cancel);
                if let Some(helping) = self.helping.borrow_mut().remove(&id) {
                    helping.parts.iter().for_each(AbortHandle::abort);
                }
            }
            ToWorker::Tail { id, tail } => {
                let tell = |event: Event| say(&FromWorker::Event(Box::new(event)));
                let share = self.share.borrow().clone();
                let handle = spawn(follow(id, tail, share, tell));
                self.tails.borrow_mut().insert(id, handle);
            }
            ToWorker::StopTail { id } => {
                if let Some(handle) = self.tails.borrow_mut().remove(&id) {
                    handle.abort();
                    let state = TailState::Closed;
                    say(&FromWorker::Event(Box::new(Event::TailState { id, state })));
                }
            }
        }
    }

    fn source(&self, base: &str) -> Origin {
        match &self.exported {
            Some(report) => Origin::Report(report.clone()),
            None => Origin::Relay(HttpSource::new(base, self.share.borrow().clone())),
        }
    }

    fn tell_lead(&self, id: Id, incoming: Incoming) {
        if let Some(sender) = self.leads.borrow().get(&id) {
            // It has just ended: nobody waits for this any more.
            sender.unbounded_send(incoming).ok();
        }
    }

    fn work(self: &Rc<Self>, id: Id, part: Part) {
        let worker = Rc::clone(self);
        let handle = spawn(async move {
            let number = part.number;
            let (state, tally) = match worker.evaluate(id, part).await {
                Ok((state, tally)) => (Ok(ByteBuf::from(state)), tally),
                Err(failure) => (Err(failure), Tally::default()),
            };
            say(&FromWorker::Part { id, result: Box::new(PartResult { number, state, tally }) });
        });
        self.helping.borrow_mut().entry(id).or_default().parts.push(handle);
    }

    async fn evaluate(&self, id: Id, part: Part) -> Result<(Vec<u8>, Tally), Failure> {
        let ready = self.helping.borrow().get(&id).and_then(|helping| helping.ready.clone());
        let ready = match ready {
            Some(ready) => ready,
            None => {
                let ready = Rc::new(prepare(&part)?);
                let mut helping = self.helping.borrow_mut();
                helping.entry(id).or_default().ready = Some(Rc::clone(&ready));
                ready
            }
        };
        let source = self.source(&part.query.base);
        let driver = Driver { source, shared: Rc::clone(&self.shared) };
        let (plan, sessions) = &*ready;
        let evaluated = driver.evaluate(plan, sessions, &part.pieces).await?;
        let state = wire::encode(&evaluated.state)
            .map_err(|e| Failure::Unreadable { detail: e.to_string() })?;
        Ok((state, evaluated.tally))
    }
}

fn prepare(part: &Part) -> Result<(Plan, Sessions), Failure> {
    let plan = planned(&part.query)?;
    let sessions = match &part.sessions {
        Some(json) => serde_json::from_str(json)
            .map_err(|e| Failure::Unreadable { detail: format!("sessions: {e}") })?,
        None => Sessions::default(),
    };
    Ok((plan, sessions))
}

/// Runs until it is done or aborted.
fn spawn(future: impl Future<Output = ()> + 'static) -> AbortHandle {
    let (future, handle) = abortable(future);
    wasm_bindgen_futures::spawn_local(async move {
        // Aborted: whoever did it knows.
        future.await.ok();
    });
    handle
}
