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
        let mut room = self.room_for_streams();
        for (labels, mut entries) in together(streams) {
            if self.shared.read().by_labels(&labels).is_none() {
                if room == 0 {
                    pushed.beyond_limit += entries.len() as u64;
                    continue;
                }
                room -= 1;
            }
            entries.iter_mut().for_each(normalize);
            let is_new = self.new_ones(&labels, &entries);
            let taken = is_new.iter().filter(|is_new| **is_new).count() as u64;
            pushed.taken += taken;
            pushed.repeated += entries.len() as u64 - taken;
            if taken > 0 {
                let entries = entries.into_iter().zip(is_new).filter(|(_, is_new)| *is_new);
                let entries = entries.map(|(entry, _)| PushedEntry::from(entry));
                fresh.push((labels, entries.collect()));
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

    fn room_for_streams(&self) -> usize {
        let known = self.shared.read().streams().len();
        self.shared.options.max_streams.saturating_sub(known)
    }

    /// Which of the entries were neither taken before nor come twice here.
    fn new_ones(&self, labels: &Labels, entries: &[Entry]) -> Vec<bool> {
        let mut here = HashSet::with_capacity(entries.len());
        let mut is_new: Vec<bool> = entries
            .iter()
            .map(|entry| here.insert((entry.timestamp, &entry.line, &entry.metadata)))
            .collect();
        {
            let catalogue = self.shared.read();
            if let Some(stream) = catalogue.by_labels(labels) {
                for (is_new, entry) in is_new.iter_mut().zip(entries) {
                    *is_new = *is_new && !stream.head.has_pushed(entry);
                }
            }
        }
        SealedEntries::of(&self.shared, labels).strike_out(entries, &mut is_new);
        is_new
    }
}

/// The same stream may come more than once in a push.
fn together(streams: Vec<(Labels, Vec<Entry>)>) -> Vec<(Labels, Vec<Entry>)> {
    let mut places: HashMap<Labels, usize> = HashMap::new();
    let mut together: Vec<(Labels, Vec<Entry>)> = Vec::with_capacity(streams.len());
    for (labels, mut entries) in streams {
        match places.get(&labels).and_then(|at| together.get_mut(*at)) {
            Some((_, known)) => known.append(&mut entries),
            None => {
                places.insert(labels.clone(), together.len());
                together.push((labels, entries));
            }
        }
    }
    together
}

/// Metadata as it comes back from a chunk: by name, each name once. Auto fields are ours to give.
fn normalize(entry: &mut Entry) {
    entry.metadata.sort_by(|(a, _), (b, _)| a.cmp(b));
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
