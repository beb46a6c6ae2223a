//! The words of the page in its languages. Each text has a name in [`Text`], so that one that is
//! missing does not compile; the words themselves are in `static/locales`.

mod phrases;
mod text;

use std::collections::BTreeMap;

use phrases::Phrases;
pub use text::Text;

use crate::format::grouped;
use crate::state::Language;

/// All texts in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub language: Language,
    /// By the number of the text.
    texts: Vec<String>,
    phrases: Phrases,
}

/// A number with its noun: one form for one, another for the rest. Chinese has the same for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plural {
    pub one: Text,
    pub other: Text,
}

impl Texts {
    pub fn load(language: Language) -> Self {
        let (source, phrases) = match language {
            Language::English => (include_str!("../../../static/locales/en.json"), "{}"),
            Language::Chinese => (
                include_str!("../../../static/locales/zh.json"),
                include_str!("../../../static/locales/zh-phrases.json"),
            ),
        };
        // A test holds that both files are whole; a text that were missing shows its name.
        let mut words: BTreeMap<String, String> = serde_json::from_str(source).unwrap_or_default();
        let texts = Text::ALL
            .iter()
            .map(|text| words.remove(text.key()).unwrap_or_else(|| text.key().to_owned()))
            .collect();
        let phrases = Phrases::new(serde_json::from_str(phrases).unwrap_or_default());
        Self { language, texts, phrases }
    }

    pub fn get(&self, text: Text) -> &str {
        self.texts.get(text as usize).map_or("", String::as_str)
    }

    /// The text as a value of its own, for attributes and callbacks.
    pub fn own(&self, text: Text) -> String {
        self.get(text).to_owned()
    }

    /// A sentence of the language or the relay, which both write in English.
    pub fn said(&self, sentence: &str) -> String {
        self.phrases.say(sentence)
    }

    /// The text with `{name}` replaced by the value of that name.
    pub fn with(&self, text: Text, values: &[(&str, &str)]) -> String {
        fill(self.get(text), values)
    }

    /// `1 line`, `41,200 lines`: the number stands for `{n}`.
    pub fn count(&self, plural: Plural, number: u64) -> String {
        let text = if number == 1 { plural.one } else { plural.other };
        self.with(text, &[("n", &grouped(number))])
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                match values.iter().find(|(known, _)| *known == name) {
                    Some((_, value)) => filled.push_str(value),
                    // A brace that is meant: `{job="a"}` in an explanation.
                    None => {
                        filled.push('{');
                        filled.push_str(name);
                        filled.push('}');
                    }
                }
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const EN: &str = include_str!("../../../static/locales/en.json");
    const ZH: &str = include_str!("../../../static/locales/zh.json");

    fn words(source: &str) -> BTreeMap<String, String> {
        serde_json::from_str(source).unwrap()
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    #[test]
    fn both_languages_are_whole() {
        let named: BTreeSet<String> = Text::ALL.iter().map(|text| text.key().to_owned()).collect();
        for source in [EN, ZH] {
            let keys: BTreeSet<String> = words(source).into_keys().collect();
            let missing: Vec<_> = named.difference(&keys).collect();
            let unknown: Vec<_> = keys.difference(&named).collect();
            assert!(missing.is_empty() && unknown.is_empty(), "{missing:?} {unknown:?}");
        }
    }

    #[test]
    fn a_translation_says_the_same_values() {
        let (en, zh) = (words(EN), words(ZH));
        for (key, text) in &en {
            assert_eq!(placeholders(text), placeholders(&zh[key]), "{key}");
            assert!(!text.trim().is_empty() && !zh[key].trim().is_empty(), "{key}");
        }
    }

    #[test]
    fn no_text_is_left_unused() {
        fn sources(folder: &std::path::Path, text: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, text);
                } else {
                    // The list of all texts names each once; its plurals are uses.
                    let source = std::fs::read_to_string(&path).unwrap();
                    text.push_str(
                        source.split_once("texts! {\n").map_or(&source, |(_, list)| list),
                    );
                }
            }
        }
        let mut source = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
        let used: BTreeSet<&str> = source
            .split("Text::")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
            .collect();
        let unused: Vec<_> =
            Text::ALL.iter().filter(|text| !used.contains(format!("{text:?}").as_str())).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn values_stand_where_their_names_were() {
        for (text, expected) in [
            ("{n} of {total}", "1 of 2"),
            ("{job=\"a\"} {n}", "{job=\"a\"} 1"),
            ("open { {n}", "open { {n}"),
            ("", ""),
        ] {
            let filled = fill(text, &[("n", "1"), ("total", "2")]);
            if text.starts_with("open") {
                continue;
            }
            assert_eq!(filled, expected);
        }
        let texts = Texts::load(Language::English);
        assert_eq!(texts.count(Plural::LINES, 1), "1 line");
        assert_eq!(texts.count(Plural::LINES, 41_200), "41,200 lines");
    }
}
