use std::collections::{HashMap, HashSet};

use chunk::ChunkId;
use model::{Entry, Labels};

use crate::store::StoreError;
use crate::store::repeated::SealedEntries;
use crate::store::shared::Shared;

/// Loki's limits.
const MAX_NAME_BYTES: usize = 1024;
const MAX_VALUE_BYTES: usize = 2048;

/// What was pushed to one stream, as far as it can be dealt with before the ingest thread takes
/// it: a client that sends old entries again has us read the chunks of that time, which would
/// keep everybody waiting there.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub labels: Labels,
    pub entries: Vec<Entry>,
    /// Of each entry, whether nothing speaks against its being new so far.
    pub is_new: Vec<bool>,
    /// The chunks that were asked. Chunks never change, so that they need not be asked again.
    asked: HashSet<ChunkId>,
}

impl Prepared {
    /// Checks a push and strikes out what it has twice and what is in chunks already.
    pub(crate) fn of(
        streams: Vec<(Labels, Vec<Entry>)>,
        shared: &Shared,
    ) -> Result<Vec<Self>, StoreError> {
        for (labels, _) in &streams {
            check_labels(labels)?;
        }
        let streams = together(streams).into_iter().map(|(labels, mut entries)| {
            entries.iter_mut().for_each(normalize);
            let mut here = HashSet::with_capacity(entries.len());
            let is_new = entries
                .iter()
                .map(|entry| here.insert((entry.timestamp, &entry.line, &entry.metadata)))
                .collect();
            let mut stream = Self { labels, entries, is_new, asked: HashSet::new() };
            stream.strike_out_sealed(shared);
            stream
        });
        Ok(streams.collect())
    }

    /// Strikes out what is in chunks that were not asked yet.
    pub(crate) fn strike_out_sealed(&mut self, shared: &Shared) {
        let sealed = SealedEntries::of(shared, &self.labels, &self.asked);
        sealed.strike_out(&self.entries, &mut self.is_new);
        self.asked.extend(sealed.ids());
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
