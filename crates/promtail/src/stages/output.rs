use crate::Entry;
use crate::pipeline::{Change, Verdict};

/// `output`: an extracted value becomes the line.
pub(super) struct Output {
    pub(super) source: String,
}

/// `decolorize`: the line without the escape sequences of terminals.
pub(super) struct Decolorize;

impl Change for Output {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        if let Some(value) = entry.value(&self.source) {
            entry.line = value.into_bytes();
        }
        Verdict::Keep
    }
}

impl Change for Decolorize {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        if entry.line.contains(&b'\x1b') {
            entry.line = logql::strip_escapes(&entry.line);
        }
        Verdict::Keep
    }
}
