use std::rc::Rc;

use gloo::events::EventListener;
use redact::OwnRule;
use report::KeyLine;
use yew::{
    Callback, Html, Properties, classes, function_component, html, use_effect_with, use_node_ref,
    use_state_eq,
};

use super::say::{Say, use_says};
use super::state::hideable;
use crate::hooks::selected_text;
use crate::line::Level;

/// Of what is selected, on the button.
const SHOWN_CHARS: usize = 40;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// Empty while they are being made.
    pub lines: Rc<Vec<KeyLine>>,
    pub on_hide: Callback<OwnRule>,
}

/// Lines as they will be in the file; what is selected in them can be hidden everywhere.
#[function_component]
pub fn Lines(props: &Props) -> Html {
    let says = use_says();
    let list = use_node_ref();
    let selected = use_state_eq(|| None::<String>);
    use_effect_with((), {
        let (list, selected) = (list.clone(), selected.setter());
        move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let listener = document.map(|document| {
                EventListener::new(&document, "selectionchange", move |_| {
                    let node = web_sys::window()
                        .and_then(|window| window.get_selection().ok().flatten())
                        .and_then(|selection| selection.anchor_node());
                    let is_here = list
                        .get()
                        .is_some_and(|list| node.is_some_and(|n| list.contains(Some(&n))));
                    let text = selected_text();
                    let text = hideable(&text).filter(|_| is_here);
                    selected.set(text.map(str::to_owned));
                })
            });
            move || drop(listener)
        }
    });
    html! {
        <section class="export__card" aria-labelledby="export-lines">
            <h3 id="export-lines">{ says.words.get(Say::Lines) }</h3>
            <p class="export__about">{ says.words.get(Say::LinesAbout) }</p>
            <ol
                class="export__lines"
                tabindex="0"
                aria-labelledby="export-lines"
                ref={list}
                data-testid="export-lines"
            >
                { for props.lines.iter().map(|line| html! {
                    <li>
                        <time>{ &line.time }</time>
                        <span class={classes!("export__level", format!("is-{}", Level::named(&line.level).class()))}>{ &line.level }</span>
                        <span class="export__line">{ report::shown(&line.text) }</span>
                    </li>
                }) }
            </ol>
            if let Some(text) = &*selected {
                <button
                    type="button"
                    class="button button--primary export__hide"
                    data-testid="hide-selected"
                    // The button would take the selection away before it is clicked.
                    onmousedown={Callback::from(|event: yew::MouseEvent| event.prevent_default())}
                    onclick={
                        let (on_hide, text) = (props.on_hide.clone(), text.clone());
                        Callback::from(move |_| on_hide.emit(OwnRule::Text(text.clone())))
                    }
                >
                    { says.words.with(Say::HideSelected, &[("text", &shortened(text))]) }
                </button>
            }
        </section>
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
