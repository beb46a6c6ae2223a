//! What belongs to the reader and not to the view: kept by the browser, never in a link.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub theme: Theme,
    pub language: Language,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The value of `data-theme` and of the stored setting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// The one after it: system, light, dark and round again.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

impl Language {
    /// As `lang` has it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The language of a tag such as `zh-Hans-CN`; None for one that is not spoken here.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }
}

impl Settings {
    /// From what the browser stored, and from its own languages where nothing was.
    pub fn restore<'a>(
        theme: Option<&str>,
        language: Option<&str>,
        spoken: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            theme: theme.and_then(Theme::named).unwrap_or_default(),
            language: language
                .and_then(Language::of_tag)
                .or_else(|| spoken.into_iter().find_map(Language::of_tag))
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_spoken_language_that_is_known_holds() {
        for (stored, spoken, expected) in [
            (None, vec!["zh-CN", "en"], Language::Chinese),
            (None, vec!["de", "zh-Hant-TW"], Language::Chinese),
            (None, vec!["fr"], Language::English),
            (Some("en"), vec!["zh"], Language::English),
            (Some("xx"), vec!["zh"], Language::Chinese),
        ] {
            assert_eq!(Settings::restore(None, stored, spoken).language, expected);
        }
    }

    #[test]
    fn themes_go_round() {
        let all = [Theme::System, Theme::System.next(), Theme::System.next().next()];
        assert_eq!(all, Theme::ALL);
        assert_eq!(Theme::Dark.next(), Theme::System);
        assert_eq!(Settings::restore(Some("dark"), None, []).theme, Theme::Dark);
    }
}
