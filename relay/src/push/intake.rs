use model::{Entry, Labels};

use super::limits::{ENTRY_BYTES, MAX_METADATA_BYTES, MAX_METADATA_NAMES, MAX_TEXT_BYTES};
use super::{PushError, labels, split};

pub type Streams = Vec<(Labels, Vec<Entry>)>;

/// Why an entry is refused while others of the same body are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It does not have the shape of an entry.
    Format,
    /// The labels of its stream.
    Labels,
    Timestamp,
    Metadata,
    /// It would need one stream more than the relay keeps.
    Streams,
}

impl Reason {
    pub const ALL: [Self; 5] =
        [Self::Format, Self::Labels, Self::Timestamp, Self::Metadata, Self::Streams];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Labels => "labels",
            Self::Timestamp => "timestamp",
            Self::Metadata => "metadata",
            Self::Streams => "streams",
        }
    }
}

/// What of a body is not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// Entries for each reason, in the order of [`Reason::ALL`].
    pub entries: [u64; Reason::ALL.len()],
    /// The first of them: where it is, what it has, what was expected.
    pub first: Option<String>,
}

impl Refused {
    pub fn num_entries(&self) -> u64 {
        self.entries.iter().sum()
    }

    pub fn of(&self, reason: Reason) -> u64 {
        self.entries.get(reason as usize).copied().unwrap_or_default()
    }

    /// Counts entries that the store had no stream for.
    pub fn add_beyond(&mut self, entries: u64, max_streams: usize) {
        if entries == 0 {
            return;
        }
        if let Some(count) = self.entries.get_mut(Reason::Streams as usize) {
            *count += entries;
        }
        self.first.get_or_insert_with(|| {
            format!(
                "{max_streams} streams are kept already and no new one is started; is there a \
                 label that differs from line to line? The limit is --max-streams"
            )
        });
    }
}

/// Collects the entries of one body, and charges them.
#[derive(Debug)]
pub struct Intake {
    streams: Streams,
    refused: Refused,
    room_bytes: usize,
    /// How the parts of the body are called: a stream and an entry, or a resource and a record.
    names: (&'static str, &'static str),
    num_streams: usize,
    num_entries: usize,
    /// What is wrong with the labels of the stream at hand.
    bad_labels: Option<String>,
}

impl Default for Intake {
    fn default() -> Self {
        Self::new("stream", "entry")
    }
}

impl Intake {
    pub(super) fn new(stream: &'static str, entry: &'static str) -> Self {
        Self {
            streams: Vec::new(),
            refused: Refused::default(),
            room_bytes: MAX_TEXT_BYTES,
            names: (stream, entry),
            num_streams: 0,
            num_entries: 0,
            bad_labels: None,
        }
    }

    /// The entries that follow belong to a stream with these labels, or are refused for them.
    pub(super) fn start_stream(&mut self, labels: Result<Labels, String>) {
        self.num_streams += 1;
        self.num_entries = 0;
        self.bad_labels = None;
        match labels {
            // The last one got nothing: most likely all of its entries were refused.
            Ok(labels) => match self.streams.last_mut().filter(|(_, entries)| entries.is_empty()) {
                Some(last) => last.0 = labels,
                None => self.streams.push((labels, Vec::new())),
            },
            Err(what) => self.bad_labels = Some(what),
        }
    }

    /// Takes an entry. Its metadata may be in any order; of two values for one name the first
    /// counts.
    pub(super) fn take(&mut self, mut entry: Entry) -> Result<(), PushError> {
        if let Some(what) = self.bad_labels.take() {
            self.refuse(Reason::Labels, || what.clone());
            self.bad_labels = Some(what);
            return Ok(());
        }
        let bytes: usize = entry.metadata.iter().map(|(n, v)| n.len() + v.len()).sum();
        let names = entry.metadata.len();
        if names > MAX_METADATA_NAMES || bytes > MAX_METADATA_BYTES {
            self.refuse(Reason::Metadata, || too_much_metadata(names, bytes));
            return Ok(());
        }
        for (name, _) in &mut entry.metadata {
            labels::normalize(name);
        }
        entry.metadata.sort_by(|(a, _), (b, _)| a.cmp(b));
        entry.metadata.dedup_by(|later, first| later.0 == first.0);
        let cost = ENTRY_BYTES + entry.line.len() + bytes;
        let limit =
            PushError::TooLarge { what: "all entries together", limit_bytes: MAX_TEXT_BYTES };
        self.room_bytes = self.room_bytes.checked_sub(cost).ok_or(limit)?;
        self.num_entries += 1;
        if let Some((_, entries)) = self.streams.last_mut() {
            split::parts(entry, entries);
        }
        Ok(())
    }

    /// Counts an entry that is not taken. `what` is asked for the first one only.
    pub(super) fn refuse(&mut self, reason: Reason, what: impl FnOnce() -> String) {
        if let Some(count) = self.refused.entries.get_mut(reason as usize) {
            *count += 1;
        }
        if self.refused.first.is_none() {
            let (stream, entry) = self.names;
            let (at, number) = (self.num_streams.saturating_sub(1), self.num_entries);
            let what = what();
            self.refused.first = Some(match reason {
                Reason::Labels => format!("{stream} {at}: {what}"),
                _ => format!("{stream} {at}, {entry} {number}: {what}"),
            });
        }
        self.num_entries += 1;
    }

    pub fn finish(mut self) -> (Streams, Refused) {
        self.streams.retain(|(_, entries)| !entries.is_empty());
        (self.streams, self.refused)
    }
}

pub(super) fn too_much_metadata(names: usize, bytes: usize) -> String {
    format!(
        "structured metadata of {names} names and {bytes} bytes, expected at most \
         {MAX_METADATA_NAMES} names and {MAX_METADATA_BYTES} bytes"
    )
}
