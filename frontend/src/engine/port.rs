//! One worker as the page sees it.
//!
//! Plain `web_sys` and not gloo-worker: that one hides the worker itself, so that its death could
//! not be noticed and a dead one, with all its memory, not be ended.

use gloo::events::EventListener;
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::exported::{Exported, exported};
use super::wire;

/// The page's own program: what its workers run too.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where its JavaScript is, relative to the page; empty in a report, whose workers have it.
    js: String,
    /// Compiled already.
    module: JsValue,
    /// The report that the page is.
    exported: Option<Exported>,
}

impl Program {
    /// The names are in the page as data, see `static/js/boot.js`; in a report, see
    /// `static/js/report.js`.
    pub fn of_page() -> Result<Self, String> {
        if let Some(exported) = exported() {
            let module = wasm_bindgen::module();
            return Ok(Self { js: String::new(), module, exported: Some(exported) });
        }
        let document = web_sys::window().and_then(|window| window.document());
        let js = document
            .and_then(|document| document.get_element_by_id("program"))
            .and_then(|element| element.get_attribute("data-js"))
            .ok_or("the page does not name its program")?;
        Ok(Self { js, module: wasm_bindgen::module(), exported: None })
    }

    fn worker(&self) -> Result<Worker, JsValue> {
        if let Some(exported) = &self.exported {
            // From a file no module can be loaded, so it is a classic script.
            return Worker::new(&exported.worker());
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        Worker::new_with_options("./worker-boot.js", &options)
    }
}

/// Ends its worker when dropped.
#[derive(Debug)]
pub struct Port {
    worker: Worker,
    /// Heard as long as the port lives.
    _listeners: [EventListener; 2],
}

/// What a port hears of a worker that says `M`.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard<M> {
    Message(Box<M>),
    /// Nothing more will come.
    Died {
        detail: String,
    },
}

impl Port {
    /// Starts a worker.
    pub fn open<M: DeserializeOwned>(
        program: &Program,
        hear: impl Fn(Heard<M>) + Clone + 'static,
    ) -> Result<Self, String> {
        let worker = program.worker().map_err(|e| describe(&e))?;
        let on_message = EventListener::new(&worker, "message", {
            let hear = hear.clone();
            move |event| {
                let data = event.unchecked_ref::<MessageEvent>().data();
                let bytes = Uint8Array::new(&data).to_vec();
                hear(match wire::decode(&bytes) {
                    Ok(message) => Heard::Message(Box::new(message)),
                    Err(error) => Heard::Died { detail: error.to_string() },
                });
            }
        });
        let on_error = EventListener::new(&worker, "error", move |event| {
            // A script that cannot be loaded gives a plain event without a message.
            let detail = event
                .dyn_ref::<ErrorEvent>()
                .map(ErrorEvent::message)
                .filter(|message| !message.is_empty())
                .unwrap_or_else(|| "its program could not be loaded".to_owned());
            hear(Heard::Died { detail });
        });
        let exported = program.exported.clone().map_or(JsValue::UNDEFINED, JsValue::from);
        let start = Array::of3(&program.js.as_str().into(), &program.module, &exported);
        worker.post_message(&start).map_err(|e| describe(&e))?;
        Ok(Self { worker, _listeners: [on_message, on_error] })
    }

    pub fn send(&self, message: &impl Serialize) -> Result<(), String> {
        let bytes = wire::encode(message).map_err(|e| e.to_string())?;
        post(&bytes, |bytes, transfer| self.worker.post_message_with_transfer(bytes, transfer))
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Copies the bytes out of wasm memory once and gives the copy away.
pub fn post(
    bytes: &[u8],
    post: impl FnOnce(&JsValue, &JsValue) -> Result<(), JsValue>,
) -> Result<(), String> {
    let array = Uint8Array::from(bytes);
    let transfer = Array::of1(&array.buffer());
    post(&array, &transfer).map_err(|e| describe(&e))
}

/// What a JavaScript exception says.
pub fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || error.as_string().unwrap_or_else(|| "unknown error".to_owned()),
        |error| String::from(error.message()),
    )
}
