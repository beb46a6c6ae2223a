//! In the background, and only with what nobody else needs: small chunks are merged, all are
//! packed better, what was merged goes, and the list of chunks is kept.
//!
//! A merge is published by one rename. Before it the folder holds the old chunks and, in a
//! `.merge` file, their names; after it they count as gone, and go when nobody can be reading
//! them. A relay that is killed in between finds the one state or the other.
//!
//! ```text
//! ID.new      the new chunk, on the disk and without its name
//! ID.merge    the names of what it replaces, on the disk
//! ID.chunk    it has its name: from here on it counts
//!             the index names it instead of the old ones; after a while these are removed,
//!             then ID.merge
//! ```

mod choose;
mod mark;
mod merge;
mod options;
mod thread;

pub(crate) use mark::{Marks, settle};
pub use options::{Fate, Step, Steps, Tidying};
pub(crate) use thread::{Tidy, tidy};
