use std::collections::{HashMap, HashSet};

use model::{Entry, Labels};

use super::thread::Ingest;
use crate::journal::{PushedEntry, Record};
use crate::store::repeated::SealedEntries;
use crate::store::{Pushed, StoreError};

/// Loki's limits.
const MAX_NAME_BYTES: usize = 1024;
const MAX_VALUE_BYTES: usize = 2048;

impl Ingest {
    /// Takes what is new of what a client sent, journal first.
    pub(super) fn push(
        &mut self,
        streams: Vec<(Labels, Vec<Entry>)>,
    ) -> Result<Pushed, StoreError> {
        for (labels, _) in &streams {
            check_labels(labels)?;
        }
        let full = || StoreError::Full { dir: self.shared.options.dir.clone() };
        if !self.can_take() {
            return Err(full());
        }
        let mut pushed = Pushed::default();
        let mut fresh: Vec<(Labels, Vec<PushedEntry>)> = Vec::new();
        // The same entry may also come twice in one push.
        let mut here: HashMap<Labels, HashSet<Key>> = HashMap::new();
        for (labels, mut entries) in streams {
            entries.iter_mut().for_each(normalize);
            let sealed = SealedEntries::of(&self.shared, &labels);
            let here = here.entry(labels.clone()).or_default();
            let catalogue = self.shared.read();
            let head = catalogue.by_labels(&labels).map(|stream| &stream.head);
            let num_given = entries.len() as u64;
            entries.retain(|entry| {
                !head.is_some_and(|head| head.has_pushed(entry))
                    && !sealed.contains(entry)
                    && here.insert(key(entry))
            });
            drop(catalogue);
            pushed.taken += entries.len() as u64;
            pushed.repeated += num_given - entries.len() as u64;
            if !entries.is_empty() {
                fresh.push((labels, entries.into_iter().map(PushedEntry::from).collect()));
            }
        }
        if fresh.is_empty() {
            return Ok(pushed);
        }
        let now = self.now();
        let record = Record::Push { now, streams: fresh };
        if !self.say(&record) {
            return Err(StoreError::Full { dir: self.shared.options.dir.clone() });
        }
        let Record::Push { streams, .. } = record else { return Ok(pushed) };
        self.last_taken = std::time::Instant::now();
        let mut catalogue = self.shared.write();
        let is_heard = catalogue.hub.is_heard();
        let news = self.core.push(streams, now, &mut catalogue, is_heard);
        catalogue.publish(&news, &[]);
        Ok(pushed)
    }
}

type Key = (i64, Vec<u8>, Vec<(String, String)>);

fn key(entry: &Entry) -> Key {
    (entry.timestamp, entry.line.clone(), entry.metadata.clone())
}

/// Metadata as it comes back from a chunk: by name, each name once. Auto fields are ours to give.
fn normalize(entry: &mut Entry) {
    entry.metadata.sort();
    entry.metadata.dedup_by(|later, first| later.0 == first.0);
    entry.auto.clear();
}

fn check_labels(labels: &Labels) -> Result<(), StoreError> {
    let refuse = |what: String, expected| Err(StoreError::Labels { what, expected });
    if labels.is_empty() {
        return refuse("a stream has no labels".to_owned(), "at least one, such as job");
    }
    for (name, value) in labels.iter() {
        let is_name = name.bytes().enumerate().all(|(at, byte)| {
            byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit())
        });
        if name.is_empty() || !is_name {
            return refuse(
                format!("label name {name:?} is not valid"),
                "letters, digits and _, not starting with a digit",
            );
        }
        if name.len() > MAX_NAME_BYTES {
            return refuse(format!("label name {name:?} is too long"), "at most 1024 bytes");
        }
        if value.len() > MAX_VALUE_BYTES {
            return refuse(
                format!("the value of label {name:?} is too long"),
                "at most 2048 bytes",
            );
        }
    }
    Ok(())
}
