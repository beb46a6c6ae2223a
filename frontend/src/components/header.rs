use yew::{Callback, Html, Properties, classes, function_component, html};

use super::icon::{Glyph, Icon};
use super::source_strip::SourceStrip;
use super::use_texts;
use crate::hooks::{Known, SettingsHandle};
use crate::i18n::Text;
use crate::state::{Language, Theme};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub known: Known,
    pub settings: SettingsHandle,
    pub on_palette: Callback<()>,
    pub on_help: Callback<()>,
    /// None on the page of a shared link: its holder cannot share.
    pub on_share: Option<Callback<()>>,
    /// The same of its files.
    pub on_sources: Option<Callback<()>>,
    /// And of its rules, with how many alerts fire.
    pub on_alerts: Option<Callback<()>>,
    pub num_firing: usize,
}

/// The top of the page: what this is, what it follows, how it looks.
#[function_component]
pub fn Header(props: &Props) -> Html {
    let texts = use_texts();
    let (icon, theme) = match props.settings.settings.theme {
        Theme::System => (Icon::System, Text::ThemeSystem),
        Theme::Light => (Icon::Sun, Text::ThemeLight),
        Theme::Dark => (Icon::Moon, Text::ThemeDark),
    };
    let other = props.settings.settings.language.other();
    // In its own language: who needs it cannot read the other.
    let language = match other {
        Language::English => "English",
        Language::Chinese => "中文",
    };
    let next_theme = {
        let settings = props.settings.clone();
        Callback::from(move |_| settings.next_theme())
    };
    let switch_language = {
        let settings = props.settings.clone();
        Callback::from(move |_| settings.set_language(other))
    };
    html! {
        <header class="header">
            <h1 class="header__brand">
                <svg class="header__logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                    <rect x="2" y="3" width="20" height="18" rx="4.5" />
                    <path d="M7 8.5h6M7 12h10M7 15.5h4" />
                </svg>
                <span>{ "Logpane" }</span>
            </h1>
            <SourceStrip known={props.known.clone()} on_all={props.on_sources.clone()} />
            <div class="header__tools">
                if let Some(on_alerts) = &props.on_alerts {
                    <button
                        type="button"
                        class={classes!("button", "button--ghost", "header__share", (props.num_firing > 0).then_some("is-firing"))}
                        data-testid="alerts"
                        aria-label={match props.num_firing {
                            0 => texts.own(Text::KeyAlerts),
                            n => format!("{n} {}", texts.get(Text::KeyAlerts)),
                        }}
                        title={format!("{} (a)", texts.get(Text::KeyAlerts))}
                        onclick={on_alerts.reform(|_| ())}
                    >
                        <Glyph icon={Icon::Bell} />
                        if props.num_firing > 0 {
                            <strong data-testid="num-firing">{ props.num_firing }</strong>
                            // Between two words, for who has the page read aloud.
                            { " " }
                        }
                        <span>{ texts.get(Text::Alerts) }</span>
                    </button>
                }
                if let Some(on_share) = &props.on_share {
                    <button
                        type="button"
                        class="button button--ghost header__share"
                        data-testid="share"
                        aria-label={texts.own(Text::ShareTitle)}
                        title={format!("{} (s)", texts.get(Text::ShareTitle))}
                        onclick={on_share.reform(|_| ())}
                    >
                        <Glyph icon={Icon::Share} />
                        <span>{ texts.get(Text::Share) }</span>
                    </button>
                }
                <button
                    type="button"
                    class="button button--icon button--ghost"
                    data-testid="palette-open"
                    aria-label={texts.own(Text::PaletteTitle)}
                    title={format!("{} (Ctrl/⌘ K)", texts.get(Text::PaletteTitle))}
                    onclick={props.on_palette.reform(|_| ())}
                >
                    <Glyph icon={Icon::Search} />
                </button>
                <button
                    type="button"
                    class="button button--icon button--ghost header__help"
                    data-testid="help"
                    aria-label={texts.own(Text::ShortcutsTitle)}
                    title={format!("{} (?)", texts.get(Text::ShortcutsTitle))}
                    onclick={props.on_help.reform(|_| ())}
                >
                    <Glyph icon={Icon::Keyboard} />
                </button>
                <button
                    type="button"
                    class="button button--ghost"
                    data-testid="language"
                    lang={other.tag()}
                    onclick={switch_language}
                >
                    { language }
                </button>
                <button
                    type="button"
                    class="button button--icon button--ghost"
                    data-testid="theme"
                    data-theme-choice={props.settings.settings.theme.name()}
                    aria-label={texts.own(theme)}
                    title={texts.own(theme)}
                    onclick={next_theme}
                >
                    <Glyph {icon} />
                </button>
            </div>
        </header>
    }
}
