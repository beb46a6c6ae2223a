use serde::{Deserialize, Serialize};

use crate::{
    Auto, Level,
    bar::{Bar, Bars},
    draft::Draft,
    encoding::Votes,
    shapes::Shapes,
};

/// A record stays open for continuation lines for this long after its last line.
pub(super) const OPEN_NS: i64 = 2_000_000_000;
/// A record of more lines or bytes is cut; the rest is another entry with `part`.
pub(super) const MAX_JOINED_LINES: u32 = 1000;
pub(super) const MAX_JOINED_BYTES: usize = 256 << 10;
/// An old file whose first lines have no stamp is read this far for the first one.
pub(super) const MAX_HELD: usize = 1000;
pub(super) const MAX_HELD_BYTES: usize = 1 << 20;
/// When so many entries came after a start marker and none had a stamp, none is near.
pub(super) const MAX_BEHIND_MARKER: usize = 20;

/// Where the last record is, for its continuation lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    /// There is none.
    #[default]
    Nowhere,
    /// In `open`.
    Open,
    /// In `held`, at this index.
    Held(usize),
    /// Out.
    Emitted,
}

/// What is remembered of a file between segments.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(super) votes: Votes,
    pub(super) shapes: Shapes,
    pub(super) bars: Bars,
    pub(super) mtime: i64,
    /// The end of the file was reached once: what comes now is being written now.
    pub(super) is_live: bool,
    /// The last time of this file.
    pub(super) stamp: Option<i64>,
    /// No stamp came for so long that none is expected.
    pub(super) is_stampless: bool,
    pub(super) place: Place,
    pub(super) open: Draft,
    /// Complete entries that wait for a time.
    pub(super) held: Vec<Draft>,
    pub(super) held_bytes: usize,
    /// Inside a traceback.
    pub(super) in_traceback: bool,
    /// The writer whose traceback another one's line cut in two.
    pub(super) interrupted: Option<u64>,
    /// Empty lines that belong to the record if another line of it follows.
    pub(super) blank_lines: usize,
    /// Of the last record: when its last line came, its lines, bytes, level, and the number of its
    /// part if it was cut.
    pub(super) last_seen: i64,
    pub(super) num_lines: u32,
    pub(super) num_bytes: usize,
    pub(super) level: Option<Level>,
    pub(super) part: u32,
    /// Of the last record: its writer, and what each of its lines starts with.
    pub(super) writer: u64,
    pub(super) lead: u64,
    /// The columns that a line before named, for the rows behind it.
    pub(super) columns: Vec<String>,
    /// Records left to look at for fields of the run that started.
    pub(super) described: u8,
}

impl Memory {
    pub(crate) fn new(mtime: i64) -> Self {
        Self { mtime, ..Self::default() }
    }

    /// Uses what another file's memory needs no longer.
    pub(crate) fn take_buffers(&mut self, other: Self) {
        self.open = other.open;
        self.open.reset();
    }

    /// Of lines that are bytes as they stand in the file.
    pub(crate) fn encoding(&self) -> &'static str {
        self.votes.name()
    }

    pub(crate) fn newest_bar(&self) -> Option<&Bar> {
        self.bars.newest()
    }

    /// Whether the last record still takes lines.
    pub(super) fn joins(&self, now: i64) -> bool {
        self.place != Place::Nowhere && now.saturating_sub(self.last_seen) <= OPEN_NS
    }
}

/// Memory that is used again for each segment.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub intake: Vec<u8>,
    pub inside: Vec<u8>,
    pub(super) text: String,
    pub(super) plain: Vec<u8>,
    pub(super) auto: Auto,
}
