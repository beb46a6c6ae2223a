use std::rc::Rc;

use yew::{ContextProvider, Html, function_component, html, use_memo};

use super::page::Page;
use super::say::Says;
use crate::hooks::use_settings;
use crate::i18n::Texts;

/// The whole page: its settings and words, and below them everything else.
#[function_component]
pub fn App() -> Html {
    let settings = use_settings();
    let language = settings.settings.language;
    let texts = use_memo(language, |language| Texts::load(*language));
    let says = use_memo(language, |language| Says::load(*language));
    html! {
        <ContextProvider<Rc<Texts>> context={texts}>
            <ContextProvider<Rc<Says>> context={says}>
                <Page {language} />
            </ContextProvider<Rc<Says>>>
        </ContextProvider<Rc<Texts>>>
    }
}
