use std::rc::Rc;

use assist::{Completion, OfferKind};
use web_sys::{HtmlElement, MouseEvent, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::{
    AttrValue, Callback, Html, Properties, classes, function_component, html, use_effect_with,
    use_node_ref,
};

use super::use_texts;
use crate::i18n::{Plural, Text};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub completion: Rc<Completion>,
    /// The offer in reach.
    pub at: usize,
    /// The query before what an offer replaces: the list stands below its end.
    pub before: AttrValue,
    pub on_take: Callback<usize>,
}

/// The list's own id, for the field it belongs to.
pub const LIST_ID: &str = "completion";

/// The id of an offer.
pub fn offer_id(at: usize) -> String {
    format!("{LIST_ID}-{at}")
}

/// What can be written here, below the caret.
#[function_component]
pub fn CompletionList(props: &Props) -> Html {
    let texts = use_texts();
    let (marker, list, current) = (use_node_ref(), use_node_ref(), use_node_ref());
    use_effect_with((props.before.clone(), Rc::clone(&props.completion)), {
        let (marker, list) = (marker.clone(), list.clone());
        move |_| {
            if let (Some(marker), Some(list)) =
                (marker.cast::<HtmlElement>(), list.cast::<HtmlElement>())
            {
                place(&marker, &list);
            }
        }
    });
    use_effect_with((props.at, Rc::clone(&props.completion)), {
        let current = current.clone();
        move |_| {
            if let Some(current) = current.cast::<HtmlElement>() {
                let options = ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                current.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    });
    // The field keeps the keyboard.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    html! {
        <>
            <div class="query-editor__mirror" aria-hidden="true">
                { &props.before }
                <span ref={marker}>{ "\u{200b}" }</span>
            </div>
            <div ref={list} class="completion" {onmousedown}>
                <ul
                    id={LIST_ID}
                    class="completion__offers"
                    role="listbox"
                    data-testid="completion"
                    aria-label={texts.own(Text::CompletionLabel)}
                >
                    { for props.completion.offers.iter().enumerate().map(|(at, offer)| {
                        let is_current = at == props.at;
                        let node = if is_current { current.clone() } else { yew::NodeRef::default() };
                        let (class, kind) = kind(offer.kind);
                        html! {
                            <li
                                ref={node}
                                id={offer_id(at)}
                                key={format!("{class} {}", offer.name)}
                                class={classes!("completion__offer", is_current.then_some("is-current"))}
                                role="option"
                                data-testid="offer"
                                aria-selected={is_current.to_string()}
                                onclick={props.on_take.reform(move |_| at)}
                            >
                                <span class={classes!("completion__name", class)}>{ &offer.name }</span>
                                <span class="completion__kind">{ texts.get(kind) }</span>
                                if let Some(streams) = offer.streams {
                                    <span class="completion__about">
                                        { texts.count(Plural::STREAMS, u64::try_from(streams).unwrap_or(0)) }
                                    </span>
                                } else if !offer.about.is_empty() {
                                    <span class="completion__about">{ texts.said(offer.about) }</span>
                                }
                            </li>
                        }
                    }) }
                </ul>
                <p class="completion__keys" aria-hidden="true">
                    <kbd>{ "Tab" }</kbd>
                    { texts.get(Text::CompletionTake) }
                    <kbd>{ "↑" }</kbd>
                    <kbd>{ "↓" }</kbd>
                    { texts.get(Text::CompletionChoose) }
                    <kbd>{ "Esc" }</kbd>
                    { texts.get(Text::Close) }
                </p>
            </div>
        </>
    }
}

/// Below the caret, and within the field's sides.
fn place(marker: &HtmlElement, list: &HtmlElement) {
    let field = list.offset_parent().map_or(0, |field| field.client_width());
    let left = marker.offset_left().min(field - list.offset_width()).max(0);
    let top = marker.offset_top() + marker.offset_height();
    let style = list.style();
    // Both are properties that every element has.
    style.set_property("left", &format!("{left}px")).ok();
    style.set_property("top", &format!("{top}px")).ok();
}

/// Its colour in the query, and its name.
const fn kind(kind: OfferKind) -> (&'static str, Text) {
    match kind {
        OfferKind::Label => ("token-label", Text::KindLabel),
        OfferKind::Value => ("token-string", Text::KindValue),
        OfferKind::Field => ("token-label", Text::KindField),
        OfferKind::Function => ("token-function", Text::KindFunction),
        OfferKind::Stage => ("token-keyword", Text::KindStage),
        OfferKind::Operator => ("token-operator", Text::KindOperator),
        OfferKind::Duration => ("token-duration", Text::KindDuration),
    }
}
