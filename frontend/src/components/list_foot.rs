use yew::{Callback, Html, Properties, function_component, html};

use super::use_texts;
use crate::engine::message::Failure;
use crate::i18n::Text;
use crate::words::failure;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub loading: bool,
    pub failed: Option<Failure>,
    pub has_more: bool,
    /// Nothing is missing: after the last row there really is nothing.
    pub complete: bool,
    pub on_more: Callback<()>,
}

/// What stands below the oldest row that is there.
#[function_component]
pub fn ListFoot(props: &Props) -> Html {
    let texts = use_texts();
    if props.loading {
        return html! { <p class="list-foot" role="status">{ texts.get(Text::LoadingOlder) }</p> };
    }
    if let Some(failed) = &props.failed {
        let told = failure(&texts, failed);
        return html! { <p class="list-foot" role="alert">{ told.title }{ " " }{ told.detail }</p> };
    }
    if props.has_more {
        return html! {
            <p class="list-foot">
                <button type="button" class="button button--small" data-testid="older" onclick={props.on_more.reform(|_| ())}>
                    { texts.get(Text::LoadOlder) }
                </button>
            </p>
        };
    }
    let end = if props.complete { Text::ListEnd } else { Text::ListIncomplete };
    html! { <p class="list-foot" data-testid="list-end">{ texts.get(end) }</p> }
}
