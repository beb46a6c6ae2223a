//! The page's way to its worker.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use report::NoteWords;
use yew::{UseReducerDispatcher, UseReducerHandle, hook, use_effect_with, use_memo, use_reducer};

use super::asked::Asked;
use super::message::{FromWorker, ToWorker, Wording};
use super::state::{Action, Exporting, Saved, Stage};
use crate::engine::port::{Heard, Port, Program};
use crate::format::{Clock, Parts};
use crate::hooks::hand_over;

/// Reads what was asked for, makes the report anew whenever something else is chosen, and gives
/// the file to the browser. `wording` is what is said around the entries, `words` are those of a text
/// to paste.
#[hook]
pub fn use_maker(
    asked: &Rc<Asked>,
    clock: &Clock,
    wording: impl Fn(&Exporting) -> Wording,
    words: impl Fn() -> NoteWords,
) -> UseReducerHandle<Exporting> {
    let state = use_reducer(Exporting::default);
    let port = use_memo((), |()| {
        let name = file_name(clock, asked.order.range.start.0);
        start(asked, name, &state.dispatcher())
    });
    use_effect_with((), |()| {
        // Another view in the same page: its lines are other ones.
        let listener = web_sys::window().map(|window| {
            EventListener::new(&window, "hashchange", |_| {
                if let Some(window) = web_sys::window() {
                    window.location().reload().ok();
                }
            })
        });
        move || drop(listener)
    });
    let tell = {
        let (port, dispatcher) = (Rc::clone(&port), state.dispatcher());
        move |message: Option<ToWorker>| {
            if let (Some(message), Some(port)) = (message, &*port.borrow())
                && let Err(detail) = port.send(&message)
            {
                dispatcher.dispatch(Action::Died(detail));
            }
        }
    };
    let run = state.run;
    let prepare = (run > 0).then(|| ToWorker::Prepare {
        run,
        choice: state.choice(),
        wording: wording(&state),
    });
    let is_saving = matches!(state.stage, Stage::Saving(_));
    let write = is_saving.then(|| ToWorker::Write { run, wording: wording(&state) });
    let target = state.note.as_ref().filter(|(_, text)| text.is_none()).map(|(target, _)| *target);
    let note = target.map(|target| ToWorker::Note {
        run,
        target,
        wording: wording(&state),
        words: words(),
    });
    use_effect_with(run, {
        let tell = tell.clone();
        move |_| tell(prepare)
    });
    use_effect_with(is_saving, {
        let tell = tell.clone();
        move |_| tell(write)
    });
    use_effect_with(target, move |_| tell(note));
    state
}

fn start(
    asked: &Rc<Asked>,
    name: String,
    dispatcher: &UseReducerDispatcher<Exporting>,
) -> Rc<RefCell<Option<Port>>> {
    let port = Rc::new(RefCell::new(None::<Port>));
    let hear = {
        let (port, asked, dispatcher) =
            (Rc::downgrade(&port), Rc::clone(asked), dispatcher.clone());
        move |heard| {
            let message = match heard {
                Heard::Message(message) => message,
                Heard::Died { detail } => return dispatcher.dispatch(Action::Died(detail)),
            };
            match *message {
                FromWorker::Ready => {
                    let order = ToWorker::Gather(asked.order.clone());
                    let port = port.upgrade();
                    let sent =
                        port.as_ref().and_then(|port| Some(port.borrow().as_ref()?.send(&order)));
                    if let Some(Err(detail)) = sent {
                        dispatcher.dispatch(Action::Died(detail));
                    }
                }
                FromWorker::Written { html, .. } => {
                    hand_over(&name, "text/html", &html);
                    let saved = Saved { name: name.clone(), bytes: html.len() as u64 };
                    dispatcher.dispatch(Action::Saved(saved));
                }
                other => dispatcher.dispatch(Action::Heard(Box::new(other))),
            }
        }
    };
    match Program::of_page().and_then(|program| Port::open(&program, hear)) {
        Ok(opened) => {
            port.replace(Some(opened));
        }
        Err(detail) => dispatcher.dispatch(Action::Died(detail)),
    }
    port
}

/// `logpane-2024-12-17-14-02.html`.
fn file_name(clock: &Clock, start: i64) -> String {
    let stamp = clock.stamp(start, Parts::FullMinute).replace([' ', ':'], "-");
    format!("logpane-{stamp}.html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_time() {
        let clock = Clock::utc(0);
        assert_eq!(file_name(&clock, 1_734_444_120_000_000_000), "logpane-2024-12-17-14-02.html");
    }
}
