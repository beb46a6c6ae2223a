//! The words of the page in its languages. Each text has a name in [`Text`], so that one that is
//! missing does not compile; the words themselves are in `static/locales`.

mod phrases;
mod text;
pub mod words;

use phrases::Phrases;
pub use text::Text;
pub use words::{Name, Words};

use crate::state::Language;

/// A number with its noun, see [`words::Plural`].
pub type Plural = words::Plural<Text>;

/// All texts in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub language: Language,
    words: Words<Text>,
    phrases: Phrases,
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
        let phrases = Phrases::new(serde_json::from_str(phrases).unwrap_or_default());
        Self { language, words: Words::load(source), phrases }
    }

    pub fn get(&self, text: Text) -> &str {
        self.words.get(text)
    }

    /// The text as a value of its own, for attributes and callbacks.
    pub fn own(&self, text: Text) -> String {
        self.words.own(text)
    }

    /// A sentence of the language or the relay, which both write in English.
    pub fn said(&self, sentence: &str) -> String {
        self.phrases.say(sentence)
    }

    /// The text with `{name}` replaced by the value of that name.
    pub fn with(&self, text: Text, values: &[(&str, &str)]) -> String {
        self.words.with(text, values)
    }

    /// `1 line`, `41,200 lines`: the number stands for `{n}`.
    pub fn count(&self, plural: Plural, number: u64) -> String {
        self.words.count(plural, number)
    }
}

#[cfg(test)]
mod tests {
    use super::words::tests::{check_languages, check_used, keys};
    use super::*;

    const EN: &str = include_str!("../../../static/locales/en.json");
    const ZH: &str = include_str!("../../../static/locales/zh.json");

    #[test]
    fn both_languages_are_whole_and_used() {
        check_languages(&keys::<Text>(), EN, ZH);
        check_used::<Text>("Text");
    }

    #[test]
    fn a_number_has_its_noun() {
        let texts = Texts::load(Language::English);
        assert_eq!(texts.count(Plural::LINES, 1), "1 line");
        assert_eq!(texts.count(Plural::LINES, 41_200), "41,200 lines");
    }
}
