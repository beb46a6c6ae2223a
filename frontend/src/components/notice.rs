use yew::{AttrValue, Callback, Html, Properties, classes, function_component, html};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Info,
    Error,
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub text: AttrValue,
    #[prop_or_default]
    pub detail: AttrValue,
    #[prop_or_default]
    pub tone: Tone,
    pub testid: AttrValue,
    /// What can be done about it: the name of the button, and what it does.
    #[prop_or_default]
    pub action: Option<(AttrValue, Callback<()>)>,
    #[prop_or_default]
    pub on_close: Option<Callback<()>>,
}

/// Something the reader should know, with what can be done about it.
#[function_component]
pub fn Notice(props: &Props) -> Html {
    let texts = use_texts();
    let (class, icon, role) = match props.tone {
        Tone::Info => (None, Icon::Info, "status"),
        Tone::Error => (Some("notice--error"), Icon::Warning, "alert"),
    };
    html! {
        <div class={classes!("notice", class)} {role} data-testid={props.testid.clone()}>
            <Glyph {icon} />
            <p class="notice__text">
                <span>{ &props.text }</span>
                if !props.detail.is_empty() {
                    <span class="notice__detail">{ &props.detail }</span>
                }
            </p>
            if let Some((name, act)) = &props.action {
                <button
                    type="button"
                    class="button button--small"
                    data-testid={format!("{}-action", props.testid)}
                    onclick={act.reform(|_| ())}
                >
                    { name }
                </button>
            }
            if let Some(on_close) = &props.on_close {
                <button
                    type="button"
                    class="button button--icon button--ghost button--small"
                    aria-label={texts.own(Text::Close)}
                    onclick={on_close.reform(|_| ())}
                >
                    <Glyph icon={Icon::Close} />
                </button>
            }
        </div>
    }
}
