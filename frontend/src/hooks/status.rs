use std::rc::Rc;

use gloo::net::http::Request;
use gloo::timers::callback::Timeout;
use protocol::status::Status;
use yew::{hook, use_effect_with, use_mut_ref, use_state_eq};

use crate::state::{Extent, Summary};

/// What is known of the relay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    /// It was asked at least once.
    pub asked: bool,
    pub status: Option<Rc<Status>>,
    pub summary: Rc<Summary>,
    /// It does not answer just now.
    pub offline: bool,
}

impl Known {
    pub fn extent(&self) -> Extent {
        self.status.as_ref().map_or_else(Extent::default, |status| Extent {
            oldest: status.oldest.map(|at| at.0),
            newest: status.newest.map(|at| at.0),
        })
    }

    /// Files are still being read, or there is nothing yet: the next answer comes soon.
    fn is_busy(&self) -> bool {
        self.offline
            || self.summary.reading.is_some()
            || self.summary.num_entries == 0
            || !self.summary.progress.is_empty()
    }
}

/// Asks the relay how it stands: every second while that changes, otherwise now and then.
#[hook]
pub fn use_status(base: &str) -> Known {
    let known = use_state_eq(Known::default);
    let turn = use_state_eq(|| 0_u64);
    let latest = use_mut_ref(Known::default);
    let (setter, next_turn) = (known.setter(), turn.setter());
    let url = format!("{base}api/status");
    use_effect_with(*turn, move |turn| {
        let turn = *turn;
        let waiting = Rc::new(std::cell::RefCell::new(None::<Timeout>));
        let alive = Rc::new(std::cell::Cell::new(true));
        let (later, running) = (Rc::clone(&waiting), Rc::clone(&alive));
        wasm_bindgen_futures::spawn_local(async move {
            let answer = ask(&url).await;
            if !running.get() {
                return;
            }
            let next = match answer {
                Some(status) => Known {
                    asked: true,
                    summary: Rc::new(Summary::of(&status)),
                    status: Some(Rc::new(status)),
                    offline: false,
                },
                None => Known { asked: true, offline: true, ..latest.borrow().clone() },
            };
            let pause_ms = if next.is_busy() { 1_000 } else { 4_000 };
            latest.replace(next.clone());
            setter.set(next);
            let timeout = Timeout::new(pause_ms, move || next_turn.set(turn + 1));
            later.replace(Some(timeout));
        });
        move || {
            alive.set(false);
            waiting.take();
        }
    });
    (*known).clone()
}

async fn ask(url: &str) -> Option<Status> {
    let response = Request::get(url).send().await.ok()?;
    if response.ok() { response.json().await.ok() } else { None }
}
