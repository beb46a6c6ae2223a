use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::{Callback, hook, use_callback, use_mut_ref};

use crate::hooks::{Session, has_text_selected};
use crate::state::ResultsAction;

/// A pointer that has not moved for so long reads nothing any more.
const STILL_MS: u32 = 2_000;

/// What holds a live list and what lets it go on.
#[derive(Clone, Debug, PartialEq)]
pub struct Holding {
    /// The reader came to the end of the list, or left it.
    pub on_edge: Callback<bool>,
    /// The pointer moves over the lines.
    pub on_touch: Callback<()>,
    /// A button was pressed.
    pub on_hold: Callback<bool>,
}

/// Nothing may move under the eye or the pointer: the list is held while the reader is not at its
/// end, has selected something, or moves the pointer over it.
#[hook]
pub fn use_holding(session: &Session, is_reading: bool) -> Holding {
    let at_edge = use_mut_ref(|| true);
    let by_hand = use_mut_ref(|| false);
    let timer = use_mut_ref(|| None::<Timeout>);
    let reading = use_mut_ref(|| false);
    *reading.borrow_mut() = is_reading;
    let dispatcher = session.results.dispatcher();
    let may_go_on = {
        let (at_edge, by_hand) = (Rc::clone(&at_edge), Rc::clone(&by_hand));
        let reading = Rc::clone(&reading);
        move || {
            *at_edge.borrow() && !*by_hand.borrow() && !*reading.borrow() && !has_text_selected()
        }
    };
    let on_edge = {
        let (at_edge, dispatcher) = (Rc::clone(&at_edge), dispatcher.clone());
        let may_go_on = may_go_on.clone();
        use_callback((), move |edge: bool, ()| {
            at_edge.replace(edge);
            if !edge {
                dispatcher.dispatch(ResultsAction::Hold(true));
            } else if may_go_on() {
                dispatcher.dispatch(ResultsAction::Hold(false));
            }
        })
    };
    let on_touch = {
        let (timer, dispatcher) = (Rc::clone(&timer), dispatcher.clone());
        use_callback((), move |(), ()| {
            let running = timer.replace(None).is_some();
            if !running {
                dispatcher.dispatch(ResultsAction::Hold(true));
            }
            let (later, may_go_on) = (Rc::clone(&timer), may_go_on.clone());
            let dispatcher = dispatcher.clone();
            timer.replace(Some(Timeout::new(STILL_MS, move || {
                later.replace(None);
                if may_go_on() {
                    dispatcher.dispatch(ResultsAction::Hold(false));
                }
            })));
        })
    };
    let on_hold = use_callback((), move |hold: bool, ()| {
        by_hand.replace(hold);
        timer.replace(None);
        if !hold {
            at_edge.replace(true);
        }
        dispatcher.dispatch(ResultsAction::Hold(hold));
    });
    Holding { on_edge, on_touch, on_hold }
}
