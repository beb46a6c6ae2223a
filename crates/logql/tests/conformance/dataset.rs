use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use model::{Batch, Entry, Labels};
use serde_json::Value;

/// The streams of a data set, each whole.
pub type Dataset = Vec<(Labels, Batch)>;

pub fn read_all(folder: &Path) -> HashMap<String, Dataset> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, read(&std::fs::read_to_string(path).unwrap()))
        })
        .collect()
}

fn read(text: &str) -> Dataset {
    let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for (arrival, row) in text.lines().enumerate() {
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
            auto: Vec::new(),
        });
    }
    streams.into_iter().map(|(labels, entries)| (labels, Batch::from_entries(entries))).collect()
}
