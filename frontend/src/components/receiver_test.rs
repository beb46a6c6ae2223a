use protocol::alerts::{Delivery, Outcome};
use yew::{AttrValue, Callback, Html, Properties, classes, function_component, html, use_state_eq};

use super::use_texts;
use crate::hooks::{base_url, try_receiver};
use crate::i18n::Text;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Its name.
    pub receiver: AttrValue,
}

/// Sends a test to who is told of alerts, and says what became of it.
#[function_component]
pub fn ReceiverTest(props: &Props) -> Html {
    let texts = use_texts();
    let sending = use_state_eq(|| false);
    let tried = use_state_eq(|| None::<Result<Delivery, String>>);
    let onclick = {
        let (sending, tried) = (sending.setter(), tried.setter());
        let receiver = props.receiver.clone();
        Callback::from(move |_| {
            let (sending, tried, receiver) = (sending.clone(), tried.clone(), receiver.clone());
            sending.set(true);
            tried.set(None);
            wasm_bindgen_futures::spawn_local(async move {
                tried.set(Some(try_receiver(&base_url(), &receiver).await));
                sending.set(false);
            });
        })
    };
    let said = tried.as_ref().map(|tried| match tried {
        Ok(Delivery { outcome: Outcome::Delivered, .. }) => {
            (texts.own(Text::AlertTestArrived), false)
        }
        Ok(delivery) => (texts.said(delivery.why.as_deref().unwrap_or_default()), true),
        Err(reason) => (texts.said(reason), true),
    });
    html! {
        <>
            <button
                type="button"
                class="button button--ghost"
                data-testid="receiver-test"
                disabled={*sending}
                {onclick}
            >
                { texts.get(Text::AlertTest) }
            </button>
            if let Some((said, is_error)) = said {
                <span
                    class={classes!("source-sheet__more", is_error.then_some("is-error"))}
                    role="status"
                    data-testid="receiver-tested"
                >
                    { said }
                </span>
            }
        </>
    }
}
