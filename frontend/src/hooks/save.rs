use std::cell::RefCell;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast as _;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};
use yew::{Callback, hook, use_mut_ref, use_state_eq};

use super::session::Session;
use crate::engine::client::QueryHandle;
use crate::state::{Ended, FileFormat, Kind, Saved, numbers};

/// What becomes of the file that was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Saving {
    #[default]
    Nothing,
    Running,
    Ended(Ended),
}

/// Saves the answer that is shown as a file of the reader's own machine.
#[hook]
pub fn use_save(session: &Session) -> (Saving, Callback<FileFormat>) {
    let saving = use_state_eq(Saving::default);
    let running = use_mut_ref(|| None::<QueryHandle>);
    let start = {
        let (saving, session) = (saving.setter(), session.clone());
        Callback::from(move |format: FileFormat| {
            let results = &session.results;
            let Some(asked) = results.asked.clone() else { return };
            if asked.kind == Kind::Metric {
                if let Some(output) = &results.output {
                    save(FileFormat::Csv, &numbers(output));
                }
                return;
            }
            saving.set(Saving::Running);
            let saved = RefCell::new(Saved::new(format));
            let saving = saving.clone();
            let on_event = Callback::from(move |event| {
                let Some(ended) = saved.borrow_mut().take(event) else { return };
                if matches!(ended, Ended::Whole { .. }) {
                    save(format, &saved.borrow().bytes());
                }
                saving.set(Saving::Ended(ended));
            });
            running.replace(Some(session.save(&asked, on_event)));
        })
    };
    ((*saving).clone(), start)
}

fn save(format: FileFormat, bytes: &[u8]) {
    hand_over(&format!("logpane.{}", format.extension()), format.mime(), bytes);
}

/// Gives the browser a file to keep.
pub fn hand_over(name: &str, mime: &str, bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    let url = Blob::new_with_u8_array_sequence_and_options(&parts, &kind)
        .and_then(|blob| Url::create_object_url_with_blob(&blob));
    let link = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.create_element("a").ok())
        .and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let (Ok(url), Some(link)) = (url, link) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // The browser has taken it when the click returns.
        Url::revoke_object_url(&url).ok();
    }
}
