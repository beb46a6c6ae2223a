//! Sentences of others: what the language says about a query, and the relay about its files.
//!
//! Their English is the one that the command line and the API give too, so it is written once,
//! where it is said, and arrives here as text. The table of a language has that sentence with its
//! holes (`{0}`, `{1}`) as the key; the values that stand in the holes move into the translation.
//! A test reads the sources that say such sentences and holds that none is missing here.

use std::collections::BTreeMap;

/// The table of one language, ready to look sentences up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phrases {
    /// The most particular first: the one with the most text outside of its holes.
    phrases: Vec<Phrase>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Phrase {
    /// What stands before, between and after the holes.
    texts: Vec<String>,
    /// Whether the value is somebody's own text, which is never translated: it stands in quotes.
    quoted: Vec<bool>,
    translation: String,
}

impl Phrases {
    pub fn new(table: BTreeMap<String, String>) -> Self {
        let mut phrases: Vec<Phrase> =
            table.into_iter().map(|(key, translation)| Phrase::new(&key, translation)).collect();
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.num_bytes()));
        Self { phrases }
    }

    /// The translation; a sentence that the table does not have stays as it is.
    pub fn say(&self, sentence: &str) -> String {
        // Somebody's own text as a whole.
        if is_quoted(sentence) {
            return sentence.to_owned();
        }
        self.find(sentence).unwrap_or_else(|| sentence.to_owned())
    }

    fn find(&self, sentence: &str) -> Option<String> {
        self.phrases.iter().find_map(|phrase| {
            let values = phrase.values(sentence)?;
            // A hole holds less than the sentence around it, so this ends.
            let values = values
                .iter()
                .zip(&phrase.quoted)
                .map(|(value, quoted)| if *quoted { (*value).to_owned() } else { self.say(value) });
            Some(phrase.filled(&values.collect::<Vec<_>>()))
        })
    }
}

impl Phrase {
    /// `key` with its holes in order: `{0}`, `{1}` …
    fn new(key: &str, translation: String) -> Self {
        let mut texts = Vec::new();
        let mut rest = key;
        while let Some((text, after)) = rest.split_once(&format!("{{{}}}", texts.len())) {
            texts.push(text.to_owned());
            rest = after;
        }
        texts.push(rest.to_owned());
        let quoted = texts.windows(2).map(|around| {
            around[0].ends_with(['`', '"', '[', '<', '/']) || around[1].starts_with(['`', '"'])
        });
        Self { quoted: quoted.collect(), texts, translation }
    }

    fn num_bytes(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }

    /// What stands in the holes, where `sentence` is of this kind.
    fn values<'a>(&self, sentence: &'a str) -> Option<Vec<&'a str>> {
        let (first, others) = self.texts.split_first()?;
        let mut rest = sentence.strip_prefix(first.as_str())?;
        let Some((last, between)) = others.split_last() else {
            return rest.is_empty().then(Vec::new);
        };
        let mut values = Vec::with_capacity(others.len());
        for text in between {
            let (value, after) = split_outside(rest, text)?;
            values.push(value);
            rest = after;
        }
        values.push(rest.strip_suffix(last.as_str())?);
        Some(values)
    }

    /// The translation with the values in its holes, in whatever order it names them.
    fn filled(&self, values: &[String]) -> String {
        let mut filled = String::new();
        let mut rest = self.translation.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let hole = after
                .split_once('}')
                .and_then(|(at, after)| Some((values.get(at.parse::<usize>().ok()?)?, after)));
            append(&mut filled, before);
            match hole {
                Some((value, after)) => {
                    append(&mut filled, value);
                    rest = after;
                }
                // A brace that is meant.
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        append(&mut filled, rest);
        filled
    }
}

/// Whether the sentence is one text in quotes and nothing else.
fn is_quoted(sentence: &str) -> bool {
    ['"', '`'].into_iter().any(|quote| {
        let inside = sentence.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inside.is_some_and(|inside| !inside.contains(quote))
    })
}

/// As `split_once`, but not within quotes; quotes that are not in pairs tell nothing.
fn split_outside<'a>(sentence: &'a str, text: &str) -> Option<(&'a str, &'a str)> {
    let is_paired = |part: &str| {
        ['"', '`'].into_iter().all(|quote| part.matches(quote).count().is_multiple_of(2))
    };
    let all_paired = is_paired(sentence);
    let mut places = sentence.match_indices(text).map(|(at, _)| sentence.split_at(at));
    let outside = places.clone().find(|(before, _)| is_paired(before));
    let found = outside.or_else(|| places.next().filter(|_| !all_paired));
    found.and_then(|(before, rest)| Some((before, rest.strip_prefix(text)?)))
}

/// Adds `text`, with a blank where a Chinese character meets a letter, a digit or a quote.
fn append(to: &mut String, text: &str) {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let is_latin = |c: char| c.is_ascii_alphanumeric() || matches!(c, '`' | '"' | '{' | '[' | '|');
    if let (Some(left), Some(right)) = (to.chars().next_back(), text.chars().next())
        && ((is_chinese(left) && is_latin(right)) || (is_latin(left) && is_chinese(right)))
    {
        to.push(' ');
    }
    to.push_str(text);
}

#[cfg(test)]
mod tests;
