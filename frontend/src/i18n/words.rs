//! Words by name, for any page: the names are an enum, the words a file of each language.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::format::grouped;

/// Names the texts of a page; made by [`texts!`].
pub trait Name: Copy + Eq + 'static {
    const ALL: &'static [Self];

    /// Its key in the files of the languages.
    fn key(self) -> &'static str;

    /// Its place in `ALL`.
    fn number(self) -> usize;
}

/// Lists the texts of a page: the name used in code, and the key in `static/locales`.
macro_rules! texts {
    ($enum:ident: $($name:ident = $key:literal,)*) => {
        /// Names a text of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum {
            $($name,)*
        }

        impl crate::i18n::Name for $enum {
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            fn number(self) -> usize {
                self as usize
            }
        }
    };
}
pub(crate) use texts;

/// The words of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<T> {
    /// By the number of the text.
    words: Vec<String>,
    of: PhantomData<T>,
}

/// A number with its noun: one form for one, another for the rest. Chinese has the same for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plural<T> {
    pub one: T,
    pub other: T,
}

impl<T: Name> Words<T> {
    /// Reads the file of a language. A test holds that each is whole; a text that were missing
    /// shows its name.
    pub fn load(source: &str) -> Self {
        let mut words: BTreeMap<String, String> = serde_json::from_str(source).unwrap_or_default();
        let word = |text: &T| words.remove(text.key()).unwrap_or_else(|| text.key().to_owned());
        Self { words: T::ALL.iter().map(word).collect(), of: PhantomData }
    }

    pub fn get(&self, text: T) -> &str {
        self.words.get(text.number()).map_or("", String::as_str)
    }

    /// The text as a value of its own, for attributes and callbacks.
    pub fn own(&self, text: T) -> String {
        self.get(text).to_owned()
    }

    /// The text with `{name}` replaced by the value of that name.
    pub fn with(&self, text: T, values: &[(&str, &str)]) -> String {
        fill(self.get(text), values)
    }

    /// `1 line`, `41,200 lines`: the number stands for `{n}`.
    pub fn count(&self, plural: Plural<T>, number: u64) -> String {
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
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
    }

    /// Both files have all the names and no other, and say the same values.
    pub(crate) fn check_languages(named: &BTreeSet<String>, en: &str, zh: &str) {
        let words =
            |source: &str| -> BTreeMap<String, String> { serde_json::from_str(source).unwrap() };
        let (en, zh) = (words(en), words(zh));
        for words in [&en, &zh] {
            let keys: BTreeSet<String> = words.keys().cloned().collect();
            let missing: Vec<_> = named.difference(&keys).collect();
            let unknown: Vec<_> = keys.difference(named).collect();
            assert!(missing.is_empty() && unknown.is_empty(), "{missing:?} {unknown:?}");
        }
        for (key, text) in &en {
            assert_eq!(placeholders(text), placeholders(&zh[key]), "{key}");
            assert!(!text.trim().is_empty() && !zh[key].trim().is_empty(), "{key}");
        }
    }

    /// Whether every text is used somewhere under `src`.
    pub(crate) fn check_used<T: Name + std::fmt::Debug>(name_of_enum: &str) {
        fn sources(folder: &std::path::Path, text: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    sources(&path, text);
                } else {
                    // The list of all texts names each once; its plurals are uses.
                    let source = std::fs::read_to_string(&path).unwrap();
                    text.push_str(source.split_once("texts! { ").map_or(&source, |(_, list)| list));
                }
            }
        }
        let mut source = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
        let used: BTreeSet<&str> = source
            .split(&format!("{name_of_enum}::"))
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
            .collect();
        let unused: Vec<_> =
            T::ALL.iter().filter(|text| !used.contains(format!("{text:?}").as_str())).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    pub(crate) fn keys<T: Name>() -> BTreeSet<String> {
        T::ALL.iter().map(|text| text.key().to_owned()).collect()
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
    }
}
