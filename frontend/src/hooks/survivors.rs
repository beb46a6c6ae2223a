use std::rc::Rc;

use gloo::timers::callback::Timeout;
use model::TimeRange;
use yew::{Callback, hook, use_effect_with, use_mut_ref, use_reducer_eq};

use super::browser::now_ms;
use super::session::Session;
use crate::engine::client::QueryHandle;
use crate::engine::message::Event;
use crate::state::{Counted, Survivors};

/// The first key after a pause is answered at once; of keys that follow within this time only the
/// last.
const STILL_MS: u32 = 80;

/// When survivors are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub range: TimeRange,
    /// Grows when something was asked for.
    pub run: u64,
    /// There is a relay to ask, and the list is no live one.
    pub is_on: bool,
}

/// Counts what is left after each step of `typed`, while it is typed: a newer text takes the
/// place of an older one.
#[hook]
pub fn use_survivors(session: &Session, typed: &str, when: When) -> Rc<Survivors> {
    let survivors = use_reducer_eq(Heard::default);
    let running = use_mut_ref(|| None::<QueryHandle>);
    let asked_ms = use_mut_ref(|| f64::MIN);
    use_effect_with((typed.to_owned(), when.run, when.is_on), {
        let (session, dispatcher) = (session.clone(), survivors.dispatcher());
        move |(typed, _, is_on)| {
            let counted = Counted::of(typed).filter(|_| *is_on).map(Rc::new);
            let now = now_ms();
            let is_quick = now - asked_ms.replace(now) < f64::from(STILL_MS);
            let timeout = Timeout::new(if is_quick { STILL_MS } else { 0 }, move || {
                // What ran before ends here.
                running.replace(None);
                let Some(counted) = counted else {
                    dispatcher.dispatch(Said::Nothing);
                    return;
                };
                let listener = {
                    let counted = Rc::clone(&counted);
                    Callback::from(move |event| {
                        dispatcher.dispatch(Said::Event(Rc::clone(&counted), Box::new(event)));
                    })
                };
                running.replace(Some(session.count(&counted.text, when.range, listener)));
            });
            move || drop(timeout)
        }
    });
    Rc::clone(&survivors.0)
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Heard(Rc<Survivors>);

enum Said {
    Nothing,
    Event(Rc<Counted>, Box<Event>),
}

impl yew::Reducible for Heard {
    type Action = Said;

    fn reduce(self: Rc<Self>, said: Said) -> Rc<Self> {
        Rc::new(Self(Rc::new(match said {
            Said::Nothing => Survivors::default(),
            Said::Event(counted, event) => self.0.heard(&counted, &event),
        })))
    }
}
