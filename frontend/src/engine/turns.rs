//! The clock of a worker, and its way to let others have their turn.

use js_sys::Date;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, Performance};

/// Through a message channel: a timer would wait 4 ms each time.
pub async fn pause() {
    let Ok(channel) = MessageChannel::new() else { return };
    let turn = js_sys::Promise::new(&mut |resolve, _| {
        channel.port1().set_onmessage(Some(&resolve));
        channel.port2().post_message(&JsValue::NULL).ok();
    });
    JsFuture::from(turn).await.ok();
    channel.port1().close();
}

/// Milliseconds since the worker began.
pub fn now_ms() -> f64 {
    let scope: DedicatedWorkerGlobalScope = JsValue::from(js_sys::global()).unchecked_into();
    scope.performance().as_ref().map_or_else(Date::now, Performance::now)
}
