use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent};
use yew::{
    AttrValue, Callback, Html, Properties, TargetCast as _, classes, function_component, html,
    use_effect_with, use_node_ref, use_state_eq,
};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Stands above the first of each group.
    pub group: Text,
    pub icon: Icon,
    pub name: AttrValue,
    /// Its key, or what is more to say.
    pub detail: AttrValue,
    /// A query, shown as one.
    pub is_code: bool,
    /// It can be forgotten.
    pub can_go: bool,
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What fits to what is typed.
    pub choices: Rc<Vec<Choice>>,
    pub typed: AttrValue,
    pub placeholder: AttrValue,
    pub problem: Option<String>,
    pub on_type: Callback<String>,
    pub on_pick: Callback<usize>,
    pub on_forget: Callback<usize>,
    pub on_close: Callback<()>,
}

/// One field to find a command, a saved view or an earlier query by a few letters.
#[function_component]
pub fn Palette(props: &Props) -> Html {
    let texts = use_texts();
    let (field, list) = (use_node_ref(), use_node_ref());
    let at = use_state_eq(|| 0_usize);
    let last = props.choices.len().saturating_sub(1);
    let here = (*at).min(last);
    use_effect_with(field.clone(), |field| {
        if let Some(field) = field.cast::<HtmlElement>() {
            field.focus().ok();
        }
    });
    use_effect_with((here, props.choices.len()), {
        let list = list.clone();
        move |_| {
            let chosen = list
                .cast::<Element>()
                .and_then(|list| list.query_selector("[aria-selected=true]").ok().flatten());
            if let Some(chosen) = chosen {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                chosen.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    });
    let oninput = {
        let (on_type, at) = (props.on_type.clone(), at.setter());
        Callback::from(move |event: yew::InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            at.set(0);
            on_type.emit(field.value());
        })
    };
    let onkeydown = {
        let (at, props) = (at.setter(), props.clone());
        Callback::from(move |event: KeyboardEvent| {
            // What is typed here is not for the page below.
            event.stop_propagation();
            if event.is_composing() {
                return;
            }
            match event.key().as_str() {
                "Escape" => props.on_close.emit(()),
                "k" if event.ctrl_key() || event.meta_key() => props.on_close.emit(()),
                "ArrowDown" => at.set(if here == last { 0 } else { here + 1 }),
                "ArrowUp" => at.set(here.checked_sub(1).unwrap_or(last)),
                "PageDown" => at.set((here + 8).min(last)),
                "PageUp" => at.set(here.saturating_sub(8)),
                "Enter" if here < props.choices.len() => props.on_pick.emit(here),
                "Delete" if event.shift_key() => {
                    if props.choices.get(here).is_some_and(|choice| choice.can_go) {
                        props.on_forget.emit(here);
                    }
                }
                // The field is all there is to focus.
                "Tab" => {}
                _ => return,
            }
            event.prevent_default();
        })
    };
    // A click on a choice must not take the keyboard from the field.
    let onmousedown = Callback::from(|event: MouseEvent| {
        let inside = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if inside.is_some_and(|target| target.closest(".palette__list").ok().flatten().is_some()) {
            event.prevent_default();
        }
    });
    html! {
        <div class="dialog palette" {onkeydown} {onmousedown}>
            <div class="dialog__backdrop" onclick={props.on_close.reform(|_| ())} />
            <section
                class="dialog__box palette__box"
                role="dialog"
                aria-modal="true"
                aria-label={texts.own(Text::PaletteTitle)}
                data-testid="palette"
            >
                <input
                    ref={field}
                    class="palette__field"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant={
                        (!props.choices.is_empty()).then(|| format!("palette-{here}"))
                    }
                    aria-label={texts.own(Text::PaletteTitle)}
                    autocomplete="off"
                    spellcheck="false"
                    data-testid="palette-field"
                    placeholder={props.placeholder.clone()}
                    value={props.typed.clone()}
                    {oninput}
                />
                if let Some(problem) = &props.problem {
                    <p class="palette__problem" role="alert">{ texts.said(problem) }</p>
                }
                <div ref={list} id="palette-list" class="palette__list" role="listbox" aria-label={texts.own(Text::PaletteTitle)}>
                    { for props.choices.iter().enumerate().map(|(number, choice)| {
                        let before = number.checked_sub(1).and_then(|n| props.choices.get(n));
                        let begins = before.is_none_or(|before| before.group != choice.group);
                        html! {
                            <>
                                if begins {
                                    <p class="palette__group" role="presentation">
                                        { texts.get(choice.group) }
                                    </p>
                                }
                                { option(props, &texts.own(Text::PaletteForget), number, choice, number == here) }
                            </>
                        }
                    }) }
                    if props.choices.is_empty() {
                        <p class="palette__none">{ texts.get(Text::PaletteNone) }</p>
                    }
                </div>
            </section>
        </div>
    }
}

fn option(props: &Props, forget: &str, number: usize, choice: &Choice, is_here: bool) -> Html {
    let on_forget = {
        let on_forget = props.on_forget.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_forget.emit(number);
        })
    };
    html! {
        <div
            id={format!("palette-{number}")}
            class={classes!("palette__item", is_here.then_some("is-here"))}
            role="option"
            aria-selected={is_here.to_string()}
            data-testid="palette-item"
            onclick={props.on_pick.reform(move |_| number)}
        >
            <Glyph icon={choice.icon} />
            if choice.is_code {
                <code class="palette__name">{ &choice.name }</code>
            } else {
                <span class="palette__name">{ &choice.name }</span>
            }
            if !choice.detail.is_empty() {
                <kbd class="palette__detail">{ &choice.detail }</kbd>
            }
            if choice.can_go {
                <span class="palette__forget" title={forget.to_owned()} onclick={on_forget} data-testid="palette-forget">
                    <Glyph icon={Icon::Close} />
                </span>
            }
        </div>
    }
}
