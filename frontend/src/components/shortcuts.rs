use web_sys::KeyboardEvent;
use yew::{Callback, Html, Properties, function_component, html};

use super::dialog::Dialog;
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
    let on_key = {
        let on_close = props.on_close.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "?" => {
                event.prevent_default();
                on_close.emit(());
            }
            // The close button is all there is to focus: the keyboard stays on it.
            "Tab" => event.prevent_default(),
            _ => {}
        })
    };
    html! {
        <Dialog name="shortcuts" title={Text::ShortcutsTitle} {on_key} on_close={props.on_close.clone()}>
            <dl class="shortcuts">
                { for SHORTCUTS.iter().map(|(keys, text)| html! {
                    <div class="shortcuts__row">
                        <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                        <dd>{ texts.get(*text) }</dd>
                    </div>
                }) }
            </dl>
        </Dialog>
    }
}
