use gloo::net::http::{Request, RequestBuilder};
use js_sys::Date;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::engine::http::with_share;
use crate::format::{Clock, gmt_offset};
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

/// The zone times are shown in; `source` names the one of the relay.
pub fn clock(zone: Zone, source: Option<&str>) -> Clock {
    let now = now_ns();
    match (zone, source) {
        (Zone::Utc, _) => Clock::utc(now),
        (Zone::Source, Some(name)) => match offsets_of(name) {
            Some(offset) => Clock::new(name, now, offset),
            None => Clock::new("", now, offset_min),
        },
        (Zone::Source | Zone::Local, _) => Clock::new("", now, offset_min),
    }
}

/// What tells the offset of a zone at a time in milliseconds; None for one the browser does not
/// know.
#[expect(clippy::cast_precision_loss, reason = "a date of our time")]
fn offsets_of(zone: &str) -> Option<impl Fn(i64) -> i32 + use<>> {
    let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let maker = js_sys::Reflect::get(&intl, &"DateTimeFormat".into()).ok()?;
    let options = js_sys::Object::new();
    for (name, value) in [("timeZone", zone), ("timeZoneName", "longOffset")] {
        js_sys::Reflect::set(&options, &name.into(), &value.into()).ok()?;
    }
    let arguments = js_sys::Array::of2(&"en-US".into(), &options);
    // Through Reflect: a name it does not know is an error there, and no exception.
    let maker: &js_sys::Function = maker.dyn_ref()?;
    let format = js_sys::Reflect::construct(maker, &arguments).ok()?;
    let format: js_sys::Intl::DateTimeFormat = format.unchecked_into();
    Some(move |ms: i64| {
        let parts = format.format_to_parts(&Date::new(&JsValue::from_f64(ms as f64)));
        let text = |part: &JsValue, name: &str| {
            js_sys::Reflect::get(part, &name.into()).ok().and_then(|value| value.as_string())
        };
        let zone = parts.iter().find_map(|part| {
            (text(&part, "type")? == "timeZoneName").then(|| text(&part, "value"))?
        });
        zone.and_then(|zone| gmt_offset(&zone)).unwrap_or(0)
    })
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

/// An SVG image as a URL; in an `img` nothing of it can run.
pub fn image_url(svg: &str) -> String {
    format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(svg)))
}

/// Opens another page beside this one.
pub fn open_page(url: &str) {
    if let Some(window) = web_sys::window() {
        // A browser that lets no page open another says so itself.
        window.open_with_url_and_target(url, "_blank").ok();
    }
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

/// The text of the page that is selected.
pub fn selected_text() -> String {
    web_sys::window()
        .and_then(|window| window.get_selection().ok().flatten())
        .map(|selection| String::from(selection.to_string()))
        .unwrap_or_default()
}

/// Whether the page is as narrow as a phone.
pub fn is_narrow() -> bool {
    web_sys::window()
        .and_then(|window| window.inner_width().ok())
        .and_then(|width| width.as_f64())
        .is_some_and(|width| width < 640.0)
}
