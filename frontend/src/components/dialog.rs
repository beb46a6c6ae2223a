use web_sys::{HtmlElement, KeyboardEvent};
use yew::{
    AttrValue, Callback, Children, Classes, Html, NodeRef, Properties, classes, function_component,
    html, use_effect_with, use_node_ref,
};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Names it for tests, and with `-title` and `-close` behind it its parts.
    pub name: AttrValue,
    pub title: Text,
    #[prop_or_default]
    pub class: Classes,
    /// What the keyboard is on at first; the button that closes it, when that is not said.
    #[prop_or_default]
    pub first: Option<NodeRef>,
    /// Hears of all keys but Escape.
    #[prop_or_default]
    pub on_key: Callback<KeyboardEvent>,
    pub on_close: Callback<()>,
    pub children: Children,
}

/// A sheet over the page: it takes the keyboard, and goes by Escape, its button or a click beside
/// it.
#[function_component]
pub fn Dialog(props: &Props) -> Html {
    let texts = use_texts();
    let close = use_node_ref();
    use_effect_with(props.first.clone().unwrap_or_else(|| close.clone()), |first| {
        if let Some(element) = first.cast::<HtmlElement>() {
            element.focus().ok();
        }
    });
    let onkeydown = {
        let (on_close, on_key) = (props.on_close.clone(), props.on_key.clone());
        Callback::from(move |event: KeyboardEvent| {
            // What is typed here is not for the page below.
            event.stop_propagation();
            if event.key() == "Escape" {
                event.prevent_default();
                on_close.emit(());
            } else {
                on_key.emit(event);
            }
        })
    };
    let on_close = props.on_close.reform(|_| ());
    let title = format!("{}-title", props.name);
    html! {
        <div class="dialog" {onkeydown}>
            <div class="dialog__backdrop" onclick={on_close.clone()} />
            <section
                class={classes!("dialog__box", props.class.clone())}
                role="dialog"
                aria-modal="true"
                aria-labelledby={title.clone()}
                data-testid={props.name.clone()}
            >
                <header class="dialog__head">
                    <h2 id={title}>{ texts.get(props.title) }</h2>
                    <button
                        ref={close}
                        type="button"
                        class="button button--icon button--ghost"
                        data-testid={format!("{}-close", props.name)}
                        aria-label={texts.own(Text::Close)}
                        onclick={on_close}
                    >
                        <Glyph icon={Icon::Close} />
                    </button>
                </header>
                { for props.children.iter() }
            </section>
        </div>
    }
}
