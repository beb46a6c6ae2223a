use web_sys::{HtmlElement, KeyboardEvent};
use yew::{Callback, Html, Properties, function_component, html, use_effect_with, use_node_ref};

use super::icon::{Glyph, Icon};
use super::use_texts;
use crate::i18n::Text;

const SHORTCUTS: &[(&[&str], Text)] = &[
    (&["Ctrl", "K"], Text::PaletteTitle),
    (&["/"], Text::KeyQuery),
    (&["Enter"], Text::KeyRun),
    (&["Shift", "Enter"], Text::KeyNewLine),
    (&["Ctrl", "Space"], Text::CompletionLabel),
    (&["Alt", "↑"], Text::KeyHistory),
    (&["Esc"], Text::KeyEscape),
    (&["j", "k"], Text::KeyMove),
    (&["Enter"], Text::KeyOpen),
    (&["g", "G"], Text::KeyEnds),
    (&["c"], Text::KeyContext),
    (&["w"], Text::KeyWrap),
    (&["l"], Text::KeyLive),
    (&["z"], Text::KeyZoomOut),
    (&["b"], Text::KeyBack),
    (&["t"], Text::KeyTable),
    (&["s"], Text::ShareTitle),
    (&["f"], Text::KeySources),
    (&["a"], Text::KeyAlerts),
    (&["?"], Text::KeyHelp),
];

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub on_close: Callback<()>,
}

/// All keys of the page.
#[function_component]
pub fn Shortcuts(props: &Props) -> Html {
    let texts = use_texts();
    let close = use_node_ref();
    use_effect_with(close.clone(), |close| {
        if let Some(button) = close.cast::<HtmlElement>() {
            button.focus().ok();
        }
    });
    let onkeydown = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" | "?" => {
                event.prevent_default();
                event.stop_propagation();
                on_close.emit(());
            }
            // The close button is all there is to focus: the keyboard stays on it.
            "Tab" => event.prevent_default(),
            _ => {}
        })
    };
    html! {
        <div class="dialog" {onkeydown}>
            <div class="dialog__backdrop" onclick={props.on_close.reform(|_| ())} />
            <section class="dialog__box" role="dialog" aria-modal="true" aria-labelledby="shortcuts" data-testid="shortcuts">
                <header class="dialog__head">
                    <h2 id="shortcuts">{ texts.get(Text::ShortcutsTitle) }</h2>
                    <button
                        ref={close}
                        type="button"
                        class="button button--icon button--ghost"
                        data-testid="shortcuts-close"
                        aria-label={texts.own(Text::Close)}
                        onclick={props.on_close.reform(|_| ())}
                    >
                        <Glyph icon={Icon::Close} />
                    </button>
                </header>
                <dl class="shortcuts">
                    { for SHORTCUTS.iter().map(|(keys, text)| html! {
                        <div class="shortcuts__row">
                            <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                            <dd>{ texts.get(*text) }</dd>
                        </div>
                    }) }
                </dl>
            </section>
        </div>
    }
}
