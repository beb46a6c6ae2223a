//! The page as its worker sees it.

use gloo::events::EventListener;
use js_sys::Uint8Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::{port, wire};

/// Hears what the page says for as long as the returned listener lives. `broken` makes the message
/// that tells the page what went wrong in here.
pub fn hear<M: DeserializeOwned, T: Serialize + 'static>(
    broken: fn(String) -> T,
    hear: impl Fn(M) + 'static,
) -> EventListener {
    std::panic::set_hook(Box::new(move |info| say(&broken(info.to_string()))));
    EventListener::new(&scope(), "message", move |event| {
        let data = event.unchecked_ref::<MessageEvent>().data();
        match wire::decode::<M>(&Uint8Array::new(&data).to_vec()) {
            Ok(message) => hear(message),
            Err(error) => say(&broken(error.to_string())),
        }
    })
}

pub fn say(message: &impl Serialize) {
    let Ok(bytes) = wire::encode(message) else { return };
    // It fails only when there is no page any more.
    port::post(&bytes, |bytes, transfer| scope().post_message_with_transfer(bytes, transfer)).ok();
}

fn scope() -> DedicatedWorkerGlobalScope {
    JsValue::from(js_sys::global()).unchecked_into()
}
