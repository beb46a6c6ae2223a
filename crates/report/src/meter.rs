use serde::{Deserialize, Serialize};

use crate::Coding;

/// Says how large a report is going to be before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    /// The viewer as it stands in the page, and the page around it.
    pub overhead_bytes: u64,
    pub coding: Coding,
}

/// A part of the selection that could be left out: a level, a stretch of time, a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// What it is, for whoever shows the suggestion.
    pub what: T,
    /// Of its chunks, packed.
    pub bytes: u64,
    pub entries: u64,
}

/// What leaving out a slice would save.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion<T> {
    pub what: T,
    /// Of the file, text coding included.
    pub saved_bytes: u64,
    pub dropped_entries: u64,
    /// Whether the file fits then.
    pub fits: bool,
}

impl Meter {
    /// What GitHub takes as an attachment, in bytes of the file.
    pub const GITHUB_BYTES: u64 = 25_000_000;

    /// The size of the file with chunks of these bytes altogether.
    pub const fn total(&self, chunk_bytes: u64) -> u64 {
        self.overhead_bytes.saturating_add(self.coding.len(chunk_bytes))
    }

    /// What to leave out of a report that does not fit into `limit`; of two the one that is enough,
    /// then the one that drops fewer entries. Nothing when it fits, and no slice that saves less
    /// than a hundredth.
    pub fn suggest<T: Clone>(
        &self,
        limit: u64,
        slices: &[Slice<T>],
        chunk_bytes: u64,
    ) -> Vec<Suggestion<T>> {
        let total = self.total(chunk_bytes);
        if total <= limit {
            return Vec::new();
        }
        let mut suggestions: Vec<Suggestion<T>> = slices
            .iter()
            .map(|slice| {
                let saved_bytes = total - self.total(chunk_bytes.saturating_sub(slice.bytes));
                Suggestion {
                    what: slice.what.clone(),
                    saved_bytes,
                    dropped_entries: slice.entries,
                    fits: total - saved_bytes <= limit,
                }
            })
            .filter(|suggestion| suggestion.saved_bytes >= total / 100)
            .collect();
        suggestions.sort_by_key(|s| {
            (!s.fits, if s.fits { s.dropped_entries } else { u64::MAX - s.saved_bytes })
        });
        suggestions
    }
}
