use std::rc::Rc;

use gloo::net::http::Request;
use js_sys::encode_uri_component;
use model::{Labels, selector_text};
use protocol::place::FileRange;
use yew::{hook, use_effect_with, use_state_eq};

use super::browser::share_token;
use super::report::is_report;

/// Which bytes of which file an entry is, once the relay has said so; None: it was read from no
/// file, the relay does not know it any more, it is not for the holder of a link, or there is no
/// relay.
#[hook]
pub fn use_place(base: &str, stream: &Rc<Labels>, ts: i64, arrival: u64) -> Option<FileRange> {
    let place = use_state_eq(|| None);
    let url = url(base, stream, ts, arrival);
    use_effect_with(url, {
        let setter = place.setter();
        move |url| {
            setter.set(None);
            let (url, alive) = (url.clone(), Rc::new(std::cell::Cell::new(true)));
            let running = Rc::clone(&alive);
            if share_token().is_none() && !is_report() {
                wasm_bindgen_futures::spawn_local(async move {
                    let answer = ask(&url).await;
                    if running.get() {
                        setter.set(answer);
                    }
                });
            }
            move || alive.set(false)
        }
    });
    (*place).clone()
}

fn url(base: &str, stream: &Labels, ts: i64, arrival: u64) -> String {
    let matchers: Vec<model::Matcher> = stream
        .iter()
        .filter_map(|(name, value)| model::Matcher::new(name, model::MatchOp::Equal, value).ok())
        .collect();
    let selector = String::from(encode_uri_component(&selector_text(&matchers)));
    format!("{base}api/place?match={selector}&ts={ts}&arrival={arrival}")
}

async fn ask(url: &str) -> Option<FileRange> {
    let response = Request::get(url).send().await.ok()?;
    if response.ok() { response.json().await.ok() } else { None }
}
