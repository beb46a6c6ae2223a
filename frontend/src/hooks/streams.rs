use std::rc::Rc;

use model::Labels;
use protocol::loki::Response;
use yew::{Callback, hook, use_callback, use_mut_ref, use_state};

use super::browser::{get, now_ms};
use super::report::{report, streams_of};

/// Streams come and go slowly: they are asked for again after so long.
const FRESH_MS: f64 = 10_000.0;

/// The labels of every stream as far as they were asked for, and what asks for them again.
#[hook]
pub fn use_streams(base: &str) -> (Rc<Vec<Labels>>, Callback<()>) {
    let streams = use_state(Rc::<Vec<Labels>>::default);
    let asked_ms = use_mut_ref(|| None::<f64>);
    let ask = use_callback(base.to_owned(), {
        let setter = streams.setter();
        move |(), base| {
            let now = now_ms();
            if asked_ms.borrow().is_some_and(|asked| now - asked < FRESH_MS) {
                return;
            }
            asked_ms.replace(Some(now));
            let (base, setter) = (base.clone(), setter.clone());
            wasm_bindgen_futures::spawn_local(async move {
                // Without an answer what is known stays.
                if let Some(streams) = all_streams(&base).await {
                    setter.set(Rc::new(streams));
                }
            });
        }
    });
    (Rc::clone(&streams), ask)
}

/// The labels of every stream the relay has; None when it does not say.
pub async fn all_streams(base: &str) -> Option<Vec<Labels>> {
    if let Some(manifest) = report() {
        return Some(streams_of(&manifest));
    }
    // Whenever they were written.
    let url = format!("{base}loki/api/v1/series?start=0&end={}", i64::MAX);
    let response = get(&url).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    Some(response.json::<Response<Vec<Labels>>>().await.ok()?.data)
}
