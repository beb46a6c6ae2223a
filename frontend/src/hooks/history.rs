use web_sys::Storage;
use yew::{Callback, hook, use_callback, use_effect_with, use_mut_ref};

use crate::state::{History, Leafing};

const HISTORY: &str = "logpane.history";

/// Keeps the queries that ran, and leads back to them: `true` is one back. The callback gives the
/// text that takes the place of what is typed.
#[hook]
pub fn use_history(query: &str, run: u64, on_query: &Callback<String>) -> Callback<bool> {
    let leafing = use_mut_ref(Leafing::default);
    // Kept here too: a browser may refuse to store anything.
    let history = use_mut_ref(restore);
    use_effect_with(run, {
        let (history, query) = (history.clone(), query.to_owned());
        move |_| {
            let mut history = history.borrow_mut();
            // Another window may have added to it.
            let stored = restore();
            let before = if stored == History::default() { history.clone() } else { stored };
            let next = before.with(&query);
            if next != before {
                // Full or refused: the history lasts as long as the page.
                storage().and_then(|storage| storage.set_item(HISTORY, &next.stored()).ok());
            }
            *history = next;
        }
    });
    use_callback(
        (query.to_owned(), on_query.clone()),
        move |back: bool, (query, on_query): &(String, Callback<String>)| {
            let step = leafing.borrow().step(&history.borrow(), query, back);
            if let Some((next, query)) = step {
                leafing.replace(next);
                on_query.emit(query);
            }
        },
    )
}

/// The queries that ran in this browser, the newest first.
pub fn past_queries() -> Vec<String> {
    restore().into_queries()
}

fn restore() -> History {
    let stored = storage().and_then(|storage| storage.get_item(HISTORY).ok().flatten());
    History::restore(&stored.unwrap_or_default())
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
