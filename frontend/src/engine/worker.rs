//! The worker's side: hears [`ToWorker`], answers [`FromWorker`].

use gloo::events::EventListener;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use super::port;
use super::wire::{self, BUILD, FromWorker, ToWorker};

/// Listens to the page for as long as the returned listener lives.
pub fn serve() -> EventListener {
    std::panic::set_hook(Box::new(|info| {
        say(&FromWorker::Panicked { detail: info.to_string() });
    }));
    let listener = EventListener::new(&scope(), "message", move |event| {
        let data = event.unchecked_ref::<MessageEvent>().data();
        match wire::decode::<ToWorker>(&Uint8Array::new(&data).to_vec()) {
            Ok(message) => hear(message),
            Err(error) => say(&FromWorker::Panicked { detail: error.to_string() }),
        }
    });
    say(&FromWorker::Ready { build: BUILD.to_owned() });
    listener
}

fn hear(_message: ToWorker) {}

fn say(message: &FromWorker) {
    let Ok(bytes) = wire::encode(message) else { return };
    port::post(&bytes, |bytes, transfer| scope().post_message_with_transfer(bytes, transfer)).ok();
}

fn scope() -> DedicatedWorkerGlobalScope {
    JsValue::from(js_sys::global()).unchecked_into()
}
