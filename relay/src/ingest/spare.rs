use crate::journal::OpenEntry;

/// Longer lines give their memory back at once.
const MAX_LINE_BYTES: usize = 4 << 10;

/// Memory of entries that are in heads by now, for those to come: new memory for each line and its
/// fields costs as much as finding them.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "an entry goes through many hands, and is large")]
pub(super) struct Spare(Vec<Box<OpenEntry>>);

impl Spare {
    /// An entry without line and added fields; the rest is as it was.
    pub(super) fn take(&mut self) -> Box<OpenEntry> {
        let mut entry = self.0.pop().unwrap_or_default();
        entry.line.clear();
        entry.added.clear();
        entry
    }

    pub(super) fn keep(&mut self, entry: Option<Box<OpenEntry>>) {
        self.0.extend(entry.filter(|entry| entry.line.capacity() <= MAX_LINE_BYTES));
    }
}
