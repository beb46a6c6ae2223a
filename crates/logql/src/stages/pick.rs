//! `| drop a, level="debug"` and `| keep a, level=~"warn|error"`

use model::Matcher;

use crate::ast::LabelPick;
use crate::pipeline::{ERROR, ERROR_DETAILS, Entry};

/// `drop` or `keep`, ready to run.
#[derive(Debug)]
pub(crate) struct Pick {
    keep: bool,
    /// A label, and what its value must be for the item to count.
    items: Vec<(String, Option<Matcher>)>,
    names: Vec<String>,
}

impl Pick {
    pub(crate) fn new(keep: bool, picks: &[LabelPick]) -> Self {
        let items: Vec<_> = picks
            .iter()
            .map(|pick| match pick {
                LabelPick::Name(name) => (name.clone(), None),
                LabelPick::Match(matcher) => (matcher.name.clone(), Some(matcher.clone())),
            })
            .collect();
        let names = items.iter().map(|(name, _)| name.clone()).collect();
        Self { keep, items, names }
    }

    pub(crate) fn run<'a>(&'a self, entry: &mut Entry<'a>) {
        if self.keep { self.keep(entry) } else { self.drop(entry) }
    }

    fn drop(&self, entry: &mut Entry<'_>) {
        for (name, matcher) in &self.items {
            let goes = match (matcher, entry.value(name)) {
                (None, _) => true,
                (Some(matcher), Some(value)) => matcher.matches_value(value),
                (Some(_), None) => false,
            };
            if goes {
                entry.remove(name);
            }
        }
    }

    fn keep<'a>(&'a self, entry: &mut Entry<'a>) {
        let stays = |name: &str, value: &str| {
            // What went wrong is never hidden by keeping something else.
            matches!(name, ERROR | ERROR_DETAILS)
                || self.items.iter().any(|(kept, matcher)| {
                    kept == name && matcher.as_ref().is_none_or(|m| m.matches_value(value))
                })
        };
        let goes: Vec<String> = entry
            .labels()
            .into_iter()
            .filter(|(name, value)| !stays(name, value))
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in goes {
            entry.remove(&name);
        }
        entry.keep_auto(&self.names);
    }
}
