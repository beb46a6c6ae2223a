use std::ops::ControlFlow;

use model::Matcher;

use crate::pipeline::Entry;

/// What a parser stage need not look for, because nothing after it asks.
#[derive(Debug, Default)]
pub(crate) struct Extract {
    /// The labels that are used later on; None: all of them.
    pub(crate) wanted: Option<Vec<String>>,
    /// What labels must be, lest the entry is dropped.
    pub(crate) filters: Vec<Matcher>,
}

impl Extract {
    pub(crate) fn is_wanted(&self, name: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|w| w == name))
    }
}

/// What parsers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    Only(Vec<String>),
    Nothing,
}

/// What is left to do for a parser after a label: `Break(true)` nothing, `Break(false)` nothing
/// and the entry is dropped.
pub(crate) type Next = ControlFlow<bool>;

/// One line's extraction.
#[derive(Debug)]
pub(crate) struct Extraction<'e, 'a> {
    pub(crate) entry: &'e mut Entry<'a>,
    extract: &'e Extract,
    num_found: usize,
    value: String,
}

impl<'e, 'a> Extraction<'e, 'a> {
    pub(crate) const fn new(entry: &'e mut Entry<'a>, extract: &'e Extract) -> Self {
        Self { entry, extract, num_found: 0, value: String::new() }
    }

    /// Whether `name` (dodged already) is used and not there yet: of two the first stays.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.extract.is_wanted(name) && !self.entry.is_parsed(name)
    }

    /// Sets a label.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Next {
        if value.contains(char::REPLACEMENT_CHARACTER) {
            // What was no text in the line does not become a label's text.
            self.value.clear();
            self.value.push_str(value);
            let clean = self.value.replace(char::REPLACEMENT_CHARACTER, " ");
            self.entry.set(name, &clean);
        } else {
            self.entry.set(name, value);
        }
        self.num_found += 1;
        if self.extract.filters.iter().any(|m| m.name == name && !m.matches_value(value)) {
            return ControlFlow::Break(false);
        }
        match &self.extract.wanted {
            Some(wanted) if self.num_found >= wanted.len() => ControlFlow::Break(true),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Makes `key` a label name: what may not stand in one becomes `_`. Appends it to `name`; a first
/// part may not begin with a digit.
pub(crate) fn push_label_name(key: &str, name: &mut String) {
    let key = key.trim();
    if name.is_empty() && key.starts_with(|c: char| c.is_ascii_digit()) {
        name.push('_');
    }
    name.extend(key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
}

/// The same for a key of an object that stands under `name` itself: the two are joined by `_`.
pub(crate) fn push_nested_name(key: &str, name: &mut String) {
    if !name.is_empty() && !key.trim().is_empty() {
        name.push('_');
    }
    push_label_name(key, name);
}

/// Sets the labels that a stage was asked for by name. One that was not found is empty, unless
/// the entry has a label of that name.
pub(crate) fn set_picked<'v>(
    entry: &mut Entry<'_>,
    picked: impl Iterator<Item = (&'v str, Option<&'v str>)>,
) {
    let mut name = String::new();
    for (label, value) in picked {
        match value {
            Some(value) => {
                name.clear();
                name.push_str(label);
                entry.dodge(&mut name);
                entry.set(&name, value);
            }
            None if entry.label(label).is_none() => entry.set(label, ""),
            None => {}
        }
    }
}
