use std::collections::BTreeMap;

use logql::template;
use yaml::{Marked, Problem};

use crate::config;
use crate::pipeline::{Change, Verdict};
use crate::{Entry, Value};

/// `template`: makes an extracted value of others.
pub(super) struct Template {
    source: String,
    template: template::Template,
}

impl Template {
    pub(super) fn new(config: &config::Template) -> Result<Self, Problem> {
        if config.source.is_empty() {
            return Err(config.template.problem("source is empty"));
        }
        Ok(Self { source: config.source.clone(), template: parse(&config.template)? })
    }
}

/// Reads a template of the file.
pub(super) fn parse(text: &Marked<String>) -> Result<template::Template, Problem> {
    template::parse(text).map_err(|error| text.problem(error.message))
}

impl Change for Template {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        let scope = Scope::new(entry, Some(&self.source), now);
        match self.template.fill(&scope) {
            Ok(text) if text.is_empty() => {
                entry.extracted.remove(&self.source);
            }
            Ok(text) => entry.extract(&self.source, Value::Text(text)),
            // A template that fails changes nothing.
            Err(_) => {}
        }
        Verdict::Keep
    }
}

/// What a template of a stage sees.
pub(super) struct Scope {
    values: BTreeMap<String, String>,
    timestamp: i64,
    now: i64,
}

impl Scope {
    /// The extracted values by name, `Value` for the one of `source`, `Entry` for the line.
    pub(super) fn new(entry: &Entry, source: Option<&str>, now: i64) -> Self {
        let text = |(name, value): (&String, &Value)| Some((name.clone(), value.text()?));
        let mut values: BTreeMap<String, String> =
            entry.extracted.iter().filter_map(text).collect();
        if let Some(value) = source.and_then(|source| values.get(source).cloned()) {
            values.insert("Value".to_owned(), value);
        }
        values.insert("Entry".to_owned(), entry.text().into_owned());
        Self { values, timestamp: entry.timestamp, now }
    }

    pub(super) fn set_value(&mut self, value: String) {
        self.values.insert("Value".to_owned(), value);
    }
}

impl template::Scope for Scope {
    fn label(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn labels(&self) -> Vec<(String, String)> {
        self.values.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn line(&self) -> String {
        self.values.get("Entry").cloned().unwrap_or_default()
    }

    fn timestamp(&self) -> i64 {
        self.timestamp
    }

    fn now(&self) -> i64 {
        self.now
    }
}
