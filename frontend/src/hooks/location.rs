use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use yew::{UseReducerHandle, hook, use_effect_with, use_mut_ref, use_reducer_eq};

use super::browser::is_narrow;
use super::report::is_report;
use crate::state::{Explore, ExploreAction, View};

/// The view as the URL has it, and the URL as the view has it: a run makes an entry in the
/// browser's history, everything else changes the one that is there.
#[hook]
pub fn use_explore() -> UseReducerHandle<Explore> {
    let explore = use_reducer_eq(|| {
        let fragment = fragment();
        let mut view = read(&fragment);
        // Where few characters fit, a line that is not wrapped tells nothing.
        view.wrap |= is_narrow() && !fragment.contains("wrap=");
        Explore::at(view)
    });
    let pushed_run = use_mut_ref(|| explore.run);
    use_effect_with((explore.view.clone(), explore.run), move |(view, run)| {
        let encoded = view.encode();
        let ran = pushed_run.replace(*run) != *run;
        if encoded != fragment() {
            write(&encoded, ran);
        }
    });
    let dispatcher = explore.dispatcher();
    use_effect_with((), move |()| {
        let listener = web_sys::window().map(|window| {
            EventListener::new(&window, "hashchange", move |_| {
                dispatcher.dispatch(ExploreAction::Navigate(read(&fragment())));
            })
        });
        move || drop(listener)
    });
    explore
}

/// A report has nothing to follow.
fn read(fragment: &str) -> View {
    let mut view = View::decode(fragment);
    view.live &= !is_report();
    view
}

fn fragment() -> String {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok());
    hash.unwrap_or_default().trim_start_matches('#').to_owned()
}

fn write(encoded: &str, push: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else { return };
    let url = format!("#{encoded}");
    let written = if push {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    };
    // A browser refuses when it is asked too often; the next change writes it all again.
    written.ok();
}
