use protocol::sources::{Change, Said, SourceFacts};
use web_sys::HtmlInputElement;
use yew::{
    Callback, Html, NodeRef, Properties, TargetCast as _, UseStateHandle, function_component, html,
    use_effect_with, use_node_ref, use_state_eq,
};

use super::use_texts;
use crate::i18n::{Text, Texts};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub facts: SourceFacts,
    /// Why the last change was not taken.
    pub error: Option<String>,
    pub on_change: Callback<Change>,
    pub on_cancel: Callback<()>,
}

/// What a file is called and how its times are read, in place of what was found.
#[function_component]
pub fn SourceChange(props: &Props) -> Html {
    let texts = use_texts();
    let SourceFacts { source, reading, said, .. } = &props.facts;
    let job = use_state_eq(|| said.job.clone().unwrap_or_default());
    let zone = use_state_eq(|| said.zone.clone().unwrap_or_default());
    let first = use_node_ref();
    use_effect_with(first.clone(), |first| {
        if let Some(field) = first.cast::<HtmlInputElement>() {
            field.focus().ok();
        }
    });
    let onsubmit = {
        let (job, zone) = (job.clone(), zone.clone());
        let (path, on_change) = (source.path.clone(), props.on_change.clone());
        Callback::from(move |event: yew::SubmitEvent| {
            event.prevent_default();
            let said = Said { job: Some((*job).clone()), zone: Some((*zone).clone()) };
            on_change.emit(Change { path: path.clone(), said });
        })
    };
    html! {
        <form class="source-sheet__change" data-testid="source-change" {onsubmit}>
            { field(&texts, Text::SourceChangeJob, "said-job", first, &job, &source.job) }
            { field(&texts, Text::SourceChangeZone, "said-zone", NodeRef::default(), &zone, &reading.zone) }
            <div class="source-sheet__buttons">
                <button type="submit" class="button button--small button--primary" data-testid="said-save">
                    { texts.get(Text::Save) }
                </button>
                <button type="button" class="button button--small button--ghost" onclick={props.on_cancel.reform(|_| ())}>
                    { texts.get(Text::Cancel) }
                </button>
            </div>
            <p class="source-sheet__more">{ texts.get(Text::SourceChangeHint) }</p>
            if let Some(reason) = &props.error {
                <p class="share__error" role="alert" data-testid="said-error">{ texts.said(reason) }</p>
            }
        </form>
    }
}

/// A field that shows what was found while nothing is said in it.
fn field(
    texts: &Texts,
    label: Text,
    testid: &'static str,
    element: NodeRef,
    said: &UseStateHandle<String>,
    found: &str,
) -> Html {
    let oninput = {
        let said = said.clone();
        Callback::from(move |event: yew::InputEvent| {
            said.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    html! {
        <label class="share__field">
            <span>{ texts.get(label) }</span>
            <input
                ref={element}
                data-testid={testid}
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
                value={(**said).clone()}
                placeholder={found.to_owned()}
                {oninput}
            />
        </label>
    }
}
