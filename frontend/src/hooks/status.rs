use std::rc::Rc;

use gloo::timers::callback::Timeout;
use protocol::status::Status;
use yew::{hook, use_effect_with, use_mut_ref, use_state_eq};

use super::browser::get;
use super::report::{is_report, report, status_of};
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
    /// The viewer that the relay had when this page first asked. Workers run the program of the
    /// page, so the relay is the only one that can be of another build.
    build: Option<String>,
}

impl Known {
    pub fn extent(&self) -> Extent {
        self.status.as_ref().map_or_else(Extent::default, |status| Extent {
            oldest: status.oldest.map(|at| at.0),
            newest: status.newest.map(|at| at.0),
        })
    }

    /// The relay has another viewer than this page: it was replaced under it.
    pub fn is_outdated(&self) -> bool {
        match (&self.build, &self.status) {
            (Some(build), Some(status)) => *build != status.build,
            _ => false,
        }
    }

    /// With what the relay said now; None: it did not answer.
    #[must_use]
    fn heard(self, answer: Option<Status>) -> Self {
        match answer {
            Some(status) => Self {
                asked: true,
                summary: Rc::new(Summary::of(&status)),
                offline: false,
                build: self.build.or_else(|| Some(status.build.clone())),
                status: Some(Rc::new(status)),
            },
            None => Self { asked: true, offline: true, ..self },
        }
    }

    /// Files are still being read, or there is nothing yet: the next answer comes soon.
    fn is_busy(&self) -> bool {
        self.offline
            || self.summary.reading.is_some()
            || self.summary.num_entries == 0
            || !self.summary.progress.is_empty()
    }
}

/// Asks the relay how it stands: every second while that changes, otherwise now and then. A report
/// has none, and never changes.
#[hook]
pub fn use_status(base: &str) -> Known {
    let known = use_state_eq(|| match report() {
        Some(manifest) => Known::default().heard(Some(status_of(&manifest))),
        None => Known::default(),
    });
    let turn = use_state_eq(|| 0_u64);
    let latest = use_mut_ref(Known::default);
    let (setter, next_turn) = (known.setter(), turn.setter());
    let url = format!("{base}api/status");
    use_effect_with(*turn, move |turn| {
        let turn = *turn;
        let waiting = Rc::new(std::cell::RefCell::new(None::<Timeout>));
        let alive = Rc::new(std::cell::Cell::new(true));
        let (later, running) = (Rc::clone(&waiting), Rc::clone(&alive));
        let asking = async move {
            let answer = ask(&url).await;
            if !running.get() {
                return;
            }
            let next = latest.borrow().clone().heard(answer);
            let pause_ms = if next.is_busy() { 1_000 } else { 4_000 };
            latest.replace(next.clone());
            setter.set(next);
            let timeout = Timeout::new(pause_ms, move || next_turn.set(turn + 1));
            later.replace(Some(timeout));
        };
        if !is_report() {
            wasm_bindgen_futures::spawn_local(asking);
        }
        move || {
            alive.set(false);
            waiting.take();
        }
    });
    (*known).clone()
}

async fn ask(url: &str) -> Option<Status> {
    let response = get(url).send().await.ok()?;
    if response.ok() { response.json().await.ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_notices_that_its_relay_has_another_viewer() {
        let status = |build: &str| Some(Status { build: build.to_owned(), ..Status::default() });
        let mut known = Known::default();
        for (answer, offline, outdated) in [
            (None, true, false),
            (status("a"), false, false),
            (None, true, false),
            (status("a"), false, false),
            (status("b"), false, true),
            (None, true, true),
            (status("a"), false, false),
        ] {
            known = known.heard(answer);
            assert!(known.asked);
            assert_eq!((known.offline, known.is_outdated()), (offline, outdated), "{known:?}");
        }
    }
}
