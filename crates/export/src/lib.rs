//! From a query to a report, pure: whoever makes one brings the bytes of chunks and heads, by
//! whatever way it reads them, and a packer.
//!
//! ```text
//! Pick::new(query)          which entries
//!   → Gathering             asks for pieces of an index, takes what was read
//!   → Redaction::apply      everything is looked at before anything is written
//!   → verbatim(…)           chunks that go in as they are stored, where nothing in them changed
//!   → parts(…)              the rest, packed by the caller, on as many cores as it has
//!   → compose(…)            one HTML file, see `report`
//!   → note(…)               or the same as a text to paste
//!   → smaller(…)            what to leave out where that file is too large
//! ```

mod compose;
mod error;
mod gathering;
mod matching;
mod note;
mod pack;
mod pick;
mod redaction;
mod slices;
mod story;
mod unpack;
mod verbatim;

pub use compose::{Telling, compose};
pub use error::ExportError;
pub use gathering::{Gathered, Gathering, Piece};
pub use matching::matching;
pub use note::{Told, note};
pub use pack::{Part, parts};
pub use pick::Pick;
pub use redaction::Redaction;
pub use slices::{Leave, smaller};
pub use story::key_lines;
pub use unpack::unpacked;
pub use verbatim::{Stored, verbatim};
