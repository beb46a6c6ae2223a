//! The worker's side: hears [`ToWorker`], answers [`FromWorker`]. Reading, redacting and packing
//! happen here, so that the page can be read and changed meanwhile.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use futures_util::future::{AbortHandle, abortable};
use gloo::events::EventListener;
use serde_bytes::ByteBuf;

use super::gather::{Taken, gather};
use super::make::{Ready, Step, found, make};
use super::message::{Choice, FromWorker, Order, Problem, ToWorker, Wording};
use super::viewer::ViewerParts;
use crate::engine::http::HttpSource;
use crate::engine::parent::{self, say};
use crate::engine::turns::pause;
use crate::format::Parts;
use crate::hooks::clock;
use crate::state::Zone;

/// Listens to the page for as long as the returned listener lives.
pub fn serve() -> EventListener {
    let worker = Rc::new(Worker::default());
    let listener =
        parent::hear(|detail| FromWorker::Panicked { detail }, move |message| worker.hear(message));
    say(&FromWorker::Ready);
    listener
}

#[derive(Default)]
struct Worker {
    taken: RefCell<Option<(Rc<Taken>, Rc<ViewerParts>)>>,
    /// What is being made, for this run.
    making: RefCell<Option<AbortHandle>>,
    ready: RefCell<Option<(u64, Rc<Ready>)>>,
}

impl Worker {
    fn hear(self: &Rc<Self>, message: ToWorker) {
        let worker = Rc::clone(self);
        match message {
            ToWorker::Gather(order) => wasm_bindgen_futures::spawn_local(async move {
                if let Err(problem) = worker.gather(order).await {
                    say(&FromWorker::Failed { run: None, problem });
                }
            }),
            ToWorker::Prepare { run, choice, wording } => self.start(async move {
                if let Err(problem) = worker.prepare(run, &choice, &wording).await {
                    say(&FromWorker::Failed { run: Some(run), problem });
                }
            }),
            ToWorker::Note { run, target, wording, words } => {
                let Some(ready) = self.ready_of(run) else { return };
                let text = ready.note(target, &wording, &words, &show()).unwrap_or_default();
                say(&FromWorker::Noted { run, target, text });
            }
            ToWorker::Write { run, wording } => {
                let Some(ready) = self.ready_of(run) else { return };
                say(&match ready.write(&wording, &show()) {
                    Ok(html) => FromWorker::Written { run, html: ByteBuf::from(html) },
                    Err(problem) => FromWorker::Failed { run: Some(run), problem },
                });
            }
        }
    }

    async fn gather(&self, order: Order) -> Result<(), Problem> {
        let source = HttpSource::new(&order.base, order.share.clone());
        let viewer = ViewerParts::fetch(&order.base).await?;
        let taken = gather(order, &source, |done| say(&FromWorker::Reading(done))).await?;
        if taken.gathered.streams.is_empty() {
            return Err(Problem::Nothing);
        }
        let found = found(&taken.gathered);
        self.taken.replace(Some((Rc::new(taken), Rc::new(viewer))));
        say(&FromWorker::Gathered(found));
        Ok(())
    }

    async fn prepare(&self, run: u64, choice: &Choice, wording: &Wording) -> Result<(), Problem> {
        self.ready.replace(None);
        let Some((taken, viewer)) = self.taken.borrow().clone() else { return Ok(()) };
        let tell = |step| {
            say(&match step {
                Step::Findings(findings) => FromWorker::Findings { run, findings },
                Step::Working(done) => FromWorker::Working { run, done },
            });
        };
        let ready = make(taken, viewer, choice, tell, pause).await?;
        // Its length is known for certain only when it is there.
        let show = show();
        let bytes = ready.write(wording, &show)?.len() as u64;
        let prepared = ready.prepared(bytes, &show);
        self.ready.replace(Some((run, Rc::new(ready))));
        say(&FromWorker::Prepared { run, prepared });
        Ok(())
    }

    fn ready_of(&self, run: u64) -> Option<Rc<Ready>> {
        let ready = self.ready.borrow().clone();
        ready.filter(|(of, _)| *of == run).map(|(_, ready)| ready)
    }

    /// In place of what is being made.
    fn start(&self, making: impl Future<Output = ()> + 'static) {
        let (making, handle) = abortable(making);
        if let Some(before) = self.making.replace(Some(handle)) {
            before.abort();
        }
        wasm_bindgen_futures::spawn_local(async move {
            // Aborted: the page wants something else by now.
            making.await.ok();
        });
    }
}

/// Moments as the reader's clock has them, with the zone: a report travels.
fn show() -> impl Fn(i64) -> String {
    let clock = clock(Zone::Local, None);
    move |ns| format!("{} {}", clock.stamp(ns, Parts::Full), clock.zone(ns))
}
