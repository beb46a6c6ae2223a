use serde::{Deserialize, Serialize};

/// All that a detector remembers of a file, for a snapshot. Restored with the same [`Context`]
/// (`Detector::restore`), it goes on as if it had never stopped.
///
/// [`Context`]: crate::Context
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// The offset in the file of the next byte to feed.
    pub(crate) offset: u64,
    pub(crate) mtime: i64,
    /// An unfinished line.
    pub(crate) tail: Vec<u8>,
}
