use std::rc::Rc;

use gloo::timers::callback::Interval;
use protocol::alerts::{AlertsStatus, Delivery, TryOut};
use yew::{hook, use_effect_with, use_state_eq};

use super::api;
use super::browser::base_url;
use crate::state::{Alerting, RulesAnswer};

/// So often rules and alerts are asked for: while somebody looks at them, and otherwise.
const WATCHED_MS: u32 = 2_000;
const BESIDE_MS: u32 = 15_000;

/// Rules, alerts and who was told; None until the relay has told, and for who may not ask.
#[hook]
pub fn use_alerts(is_owner: bool, is_watched: bool) -> Option<Rc<Alerting>> {
    let alerting = use_state_eq(|| None::<Rc<Alerting>>);
    use_effect_with((is_owner, is_watched), {
        let alerting = alerting.setter();
        move |(is_owner, is_watched)| {
            let ask = move || {
                let alerting = alerting.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    // What cannot be read now is asked for again; the page says that the relay is away.
                    if let Ok(told) = told(&base_url()).await {
                        alerting.set(Some(Rc::new(told)));
                    }
                });
            };
            let pause = if *is_watched { WATCHED_MS } else { BESIDE_MS };
            let interval = is_owner.then(|| {
                ask();
                Interval::new(pause, ask)
            });
            move || drop(interval)
        }
    });
    (*alerting).clone()
}

async fn told(base: &str) -> Result<Alerting, String> {
    let answer: RulesAnswer = api::get(base, "prometheus/api/v1/rules").await?;
    let status: AlertsStatus = api::get(base, "api/alerts").await?;
    Ok(Alerting { groups: answer.data.groups, status })
}

/// Sends a test to a receiver; what became of it is among the deliveries, too.
pub async fn try_receiver(base: &str, receiver: &str) -> Result<Delivery, String> {
    let ask = TryOut { receiver: receiver.to_owned() };
    api::post(base, "api/alerts/test", &ask).await
}

/// A time of the API in nanoseconds; None before the first.
#[expect(clippy::cast_possible_truncation, reason = "a date of our time")]
pub fn time_of(rfc3339: &str) -> Option<i64> {
    let ms = js_sys::Date::parse(rfc3339);
    (ms > 0.0).then(|| (ms as i64).saturating_mul(1_000_000))
}
