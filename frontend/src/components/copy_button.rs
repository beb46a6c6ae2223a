use gloo::timers::callback::Timeout;
use yew::{
    AttrValue, Callback, Html, Properties, function_component, html, use_effect_with, use_state_eq,
};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub testid: AttrValue,
    pub label: AttrValue,
    #[prop_or_default]
    pub disabled: bool,
    pub on_copy: Callback<()>,
}

/// A button that copies, and says for a moment that it has.
#[function_component]
pub fn CopyButton(props: &Props) -> Html {
    let texts = use_texts();
    let done = use_state_eq(|| false);
    use_effect_with(*done, {
        let done = done.setter();
        move |copied| {
            let timeout = copied.then(|| Timeout::new(1_500, move || done.set(false)));
            move || drop(timeout)
        }
    });
    let onclick = {
        let (on_copy, done) = (props.on_copy.clone(), done.setter());
        Callback::from(move |_| {
            on_copy.emit(());
            done.set(true);
        })
    };
    html! {
        <button
            type="button"
            class="button button--small button--ghost"
            data-testid={props.testid.clone()}
            disabled={props.disabled}
            {onclick}
        >
            <Glyph icon={if *done { Icon::Check } else { Icon::Copy }} />
            <span role="status">
                { if *done { texts.own(Text::Copied) } else { props.label.to_string() } }
            </span>
        </button>
    }
}
