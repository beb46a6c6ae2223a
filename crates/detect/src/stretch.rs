use serde::{Deserialize, Serialize};

/// Where in the file something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub start: u64,
    /// Behind its last byte, line end excluded.
    pub end: u64,
    /// Behind its line end.
    pub next: u64,
    /// Its text has the bytes of the file, so that a place in the one is a place in the other.
    pub is_plain: bool,
}

impl Stretch {
    /// The stretch of `len` bytes of its text, from `at` on; all of it where that cannot be told.
    pub(crate) const fn part(self, at: usize, len: usize) -> Self {
        if !self.is_plain {
            return self;
        }
        let start = self.start + at as u64;
        Self { start, end: start + len as u64, ..self }
    }
}
