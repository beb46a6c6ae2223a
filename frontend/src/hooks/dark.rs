use gloo::events::EventListener;
use web_sys::MediaQueryList;
use yew::{hook, use_effect_with, use_state_eq};

use crate::state::Theme;

/// Whether the page is dark just now.
#[hook]
pub fn use_dark(theme: Theme) -> bool {
    let system = use_state_eq(|| query().is_some_and(|query| query.matches()));
    use_effect_with((), {
        let system = system.setter();
        move |()| {
            let listener = query().map(|query| {
                let watched = query.clone();
                EventListener::new(&query, "change", move |_| system.set(watched.matches()))
            });
            move || drop(listener)
        }
    });
    match theme {
        Theme::System => *system,
        Theme::Light => false,
        Theme::Dark => true,
    }
}

fn query() -> Option<MediaQueryList> {
    web_sys::window()?.match_media("(prefers-color-scheme: dark)").ok().flatten()
}
