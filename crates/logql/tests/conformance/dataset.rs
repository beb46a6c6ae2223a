use std::collections::{BTreeMap, HashSet};

use model::{Batch, Entry, Labels};
use serde_json::Value;

/// The streams of all data sets, each in two halves: selectors keep the sets apart.
pub type Dataset = Vec<(Labels, [Batch; 2])>;

pub fn read(texts: &[(&str, &str)]) -> Dataset {
    let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
    let mut seen = HashSet::new();
    let rows = texts.iter().flat_map(|(_, text)| text.lines());
    for (arrival, row) in rows.enumerate() {
        // Stream, time, line and metadata together are what makes an entry.
        if !seen.insert(row) {
            continue;
        }
        let row: Value = serde_json::from_str(row).unwrap();
        let labels: Labels = serde_json::from_value(row["labels"].clone()).unwrap();
        let metadata = row["metadata"].as_object().into_iter().flatten();
        streams.entry(labels).or_default().push(Entry {
            timestamp: row["ts"].as_str().unwrap().parse().unwrap(),
            arrival: arrival as u64,
            line: row["line"].as_str().unwrap().as_bytes().to_vec(),
            metadata: metadata
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect(),
            ..Entry::default()
        });
    }
    let halves = |mut entries: Vec<Entry>| {
        entries.sort_by_key(|entry| (entry.timestamp, entry.arrival));
        let late = entries.split_off(entries.len() / 2);
        [Batch::from_entries(entries), Batch::from_entries(late)]
    };
    streams.into_iter().map(|(labels, entries)| (labels, halves(entries))).collect()
}
