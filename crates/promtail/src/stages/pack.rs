use std::collections::BTreeMap;

use crate::Entry;
use crate::config;
use crate::pipeline::{Change, Verdict};

/// `pack`: the line and some labels as a JSON object, which `| unpack` takes apart.
pub(super) struct Pack {
    labels: Vec<String>,
    ingest_timestamp: bool,
}

impl Pack {
    pub(super) fn new(config: &config::Pack) -> Self {
        let ingest_timestamp = config.ingest_timestamp.unwrap_or(true);
        Self { labels: config.labels.clone(), ingest_timestamp }
    }
}

impl Change for Pack {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        let mut packed = BTreeMap::new();
        for name in &self.labels {
            if let Some(value) = entry.value(name) {
                packed.insert(name.clone(), value);
            }
            if let Some(value) = entry.labels.remove(name) {
                packed.insert(name.clone(), value);
            }
        }
        // Names of labels sort behind it or before, Promtail has it at the end.
        let mut text = serde_json::to_string(&packed).unwrap_or_else(|_| "{}".to_owned());
        text.pop();
        if !packed.is_empty() {
            text.push(',');
        }
        text.push_str("\"_entry\":");
        text.push_str(&serde_json::Value::from(entry.text().into_owned()).to_string());
        text.push('}');
        entry.line = text.into_bytes();
        if self.ingest_timestamp {
            entry.timestamp = now;
        }
        Verdict::Keep
    }
}
