//! The page: its settings and words, and below them everything else.

use std::rc::Rc;

use yew::{ContextProvider, Html, function_component, html, use_memo};

use crate::hooks::use_settings;
use crate::i18n::Texts;
use crate::page::Page;

/// The whole viewer.
#[function_component]
pub fn App() -> Html {
    let settings = use_settings();
    let texts = use_memo(settings.settings.language, |language| Texts::load(*language));
    html! {
        <ContextProvider<Rc<Texts>> context={texts}>
            <Page {settings} />
        </ContextProvider<Rc<Texts>>>
    }
}
