use gloo::storage::{LocalStorage, Storage as _};
use yew::{Callback, hook, use_callback, use_effect_with, use_state_eq};

use crate::state::{Language, Settings, Theme};

/// `static/js/theme.js` reads it too, before the first paint.
const THEME: &str = "logpane.theme";
const LANGUAGE: &str = "logpane.language";

/// The reader's settings and what changes them.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsHandle {
    pub settings: Settings,
    pub set: Callback<Settings>,
}

/// Restores the settings, keeps them and puts them on the page.
#[hook]
pub fn use_settings() -> SettingsHandle {
    let settings = use_state_eq(restore);
    use_effect_with(*settings, |settings| apply(*settings));
    let set = use_callback((), {
        let setter = settings.setter();
        move |next: Settings, _: &()| {
            // A browser that keeps nothing only forgets them.
            let storage = LocalStorage::raw();
            storage.set_item(THEME, next.theme.name()).ok();
            storage.set_item(LANGUAGE, next.language.tag()).ok();
            // Before anything is drawn again: a chart reads its colours from the page.
            apply(next);
            setter.set(next);
        }
    });
    SettingsHandle { settings: *settings, set }
}

fn restore() -> Settings {
    let stored = |name| LocalStorage::raw().get_item(name).ok().flatten();
    let (theme, language) = (stored(THEME), stored(LANGUAGE));
    let spoken: Vec<String> = web_sys::window()
        .map(|window| window.navigator().languages().iter().filter_map(|l| l.as_string()).collect())
        .unwrap_or_default();
    Settings::restore(theme.as_deref(), language.as_deref(), spoken.iter().map(String::as_str))
}

fn apply(settings: Settings) {
    let Some(root) = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element())
    else {
        return;
    };
    // Setting an attribute of a valid name cannot fail.
    root.set_attribute("lang", settings.language.tag()).ok();
    match settings.theme {
        Theme::System => root.remove_attribute("data-theme").ok(),
        theme @ (Theme::Light | Theme::Dark) => root.set_attribute("data-theme", theme.name()).ok(),
    };
}

impl SettingsHandle {
    pub fn next_theme(&self) {
        self.set.emit(Settings { theme: self.settings.theme.next(), ..self.settings });
    }

    pub fn set_language(&self, language: Language) {
        self.set.emit(Settings { language, ..self.settings });
    }
}
