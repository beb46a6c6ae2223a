use std::cell::Cell;

use yew::{hook, use_effect_with, use_memo};

use super::browser::location;
use crate::state::{Fingerprint, Phase, Range, Results, View};

thread_local! {
    /// Of the answer that is shown.
    static SHOWN: Cell<Option<Fingerprint>> = const { Cell::new(None) };
}

/// What the answer that is shown holds, once it is there; remembered for the links that are copied.
#[hook]
pub fn use_fingerprint(results: &Results, range: Range) -> Option<Fingerprint> {
    let is_done = results.phase == Phase::Done;
    // An answer of many series is long: once for each.
    let answer = (results.id(), is_done, results.num_matches(), results.live.is_some(), range);
    let shown = *use_memo(answer, |_| Fingerprint::of(results, range));
    use_effect_with(shown, |shown| SHOWN.set(*shown));
    shown
}

pub fn fingerprint() -> Option<Fingerprint> {
    SHOWN.get()
}

/// The page's URL with the view in it, and what the answer holds.
pub fn link() -> String {
    let href = location();
    let (page, fragment) = href.split_once('#').unwrap_or((&href, ""));
    let view = View { fingerprint: fingerprint(), ..View::decode(fragment) };
    format!("{page}#{}", view.encode())
}
