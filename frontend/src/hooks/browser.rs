use gloo::net::http::{Request, RequestBuilder};
use js_sys::Date;
use wasm_bindgen::JsValue;

use crate::engine::http::with_share;
use crate::format::Clock;
use crate::state::{View, Zone};

/// Milliseconds of a clock that never goes back.
pub fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// The time in nanoseconds since 1970.
#[expect(clippy::cast_possible_truncation, reason = "a date of our time")]
pub fn now_ns() -> i64 {
    (Date::now() as i64).saturating_mul(1_000_000)
}

/// The zone times are shown in.
pub fn clock(zone: Zone) -> Clock {
    Clock::new(zone == Zone::Utc, now_ns(), offset_min)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "dates and minutes are small"
)]
fn offset_min(ms: i64) -> i32 {
    -(Date::new(&JsValue::from_f64(ms as f64)).get_timezone_offset() as i32)
}

/// The page's own folder as an absolute URL, with a slash at its end.
pub fn base_url() -> String {
    let Some(location) = web_sys::window().map(|window| window.location()) else {
        return String::new();
    };
    let origin = location.origin().unwrap_or_default();
    let path = location.pathname().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{origin}{folder}/")
}

/// The token of the shared link that the page was opened with.
pub fn share_token() -> Option<String> {
    let hash = web_sys::window().and_then(|window| window.location().hash().ok());
    View::decode(&hash.unwrap_or_default()).share
}

/// `GET url`, as whoever opened the page.
pub fn get(url: &str) -> RequestBuilder {
    with_share(Request::get(url), share_token().as_deref())
}

/// The page's URL with the view in it.
pub fn location() -> String {
    let href = web_sys::window().and_then(|window| window.location().href().ok());
    href.unwrap_or_default()
}

/// The moment of a date as people and other tools write it, in nanoseconds since 1970.
#[expect(clippy::cast_possible_truncation, reason = "a date of our time")]
pub fn moment_of(text: &str) -> Option<i64> {
    let ms = Date::parse(text);
    ms.is_finite().then(|| (ms as i64).saturating_mul(1_000_000))
}

/// Puts a text on the clipboard.
pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        let promise = window.navigator().clipboard().write_text(text);
        wasm_bindgen_futures::spawn_local(async move {
            // Refused only where the browser asks and the reader says no.
            wasm_bindgen_futures::JsFuture::from(promise).await.ok();
        });
    }
}

/// Whether some text of the page is selected.
pub fn has_text_selected() -> bool {
    web_sys::window()
        .and_then(|window| window.get_selection().ok().flatten())
        .is_some_and(|selection| !selection.is_collapsed())
}

/// Whether the page is as narrow as a phone.
pub fn is_narrow() -> bool {
    web_sys::window()
        .and_then(|window| window.inner_width().ok())
        .and_then(|width| width.as_f64())
        .is_some_and(|width| width < 640.0)
}
