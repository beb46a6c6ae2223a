use serde::{Deserialize, Serialize};

use crate::{Start, core::Memory, encoding::Intake, envelope::Envelopes, segment::Splitter};

/// All that a detector remembers of a file, for a snapshot. Restored with the same [`Context`]
/// (`Detector::restore`), it goes on as if it had never stopped.
///
/// [`Context`]: crate::Context
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// The offset in the file of the next byte to feed.
    pub(crate) fed: u64,
    /// The offset in the file after the last segment.
    pub(crate) read: u64,
    pub(crate) intake: Intake,
    pub(crate) splitter: Splitter,
    pub(crate) envelopes: Envelopes,
    /// When the unfinished segment's first bytes came.
    pub(crate) tail_at: i64,
    pub(crate) memory: Memory,
}

impl State {
    pub(crate) fn new(start: Start) -> Self {
        Self {
            fed: start.offset,
            read: start.offset,
            intake: if start.offset == 0 { Intake::default() } else { Intake::without_mark() },
            splitter: Splitter::default(),
            envelopes: Envelopes::default(),
            tail_at: 0,
            memory: Memory::new(start.mtime),
        }
    }
}
