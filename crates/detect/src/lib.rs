//! Bytes of one log file, fed in pieces of any size, become entries.
//!
//! ```
//! use detect::{Context, Detector, Event, Start};
//!
//! let mut detector = Detector::new(Context::default(), Start { offset: 0, mtime: 0 });
//! let mut lines = Vec::new();
//! let mut emit = |event: Event<'_>| {
//!     if let Event::Entry(record) = event {
//!         let level = record.level.map_or("", |level| level.as_str());
//!         lines.push(format!("{level}: {}", String::from_utf8_lossy(record.line)));
//!     }
//! };
//! detector.feed(b"2024-12-17 14:30:52 INFO Generating audio: text_len=42, se", 0, &mut emit);
//! detector.feed(b"ed=1234\n", 0, &mut emit);
//! detector.settle(0, &mut emit);
//! assert_eq!(lines, ["info: 2024-12-17 14:30:52 INFO Generating audio: text_len=42, seed=1234"]);
//! ```
//!
//! The caller owns the file and the clock: it feeds what it read together with the time, and calls
//! [`Detector::settle`] whenever it has reached the end of the file. Between two calls of `settle`
//! nothing depends on how the bytes were cut into pieces: the same bytes and the same times give
//! the same events. That is why a journal of physical bytes can be replayed instead of a journal of
//! entries, and why [`State`] is all that a snapshot needs.
//!
//! One log file of these applications holds many formats, so each line is recognised on its own
//! (`shapes/`, a table), behind what a collector put in front of it (`prefix/`). A line that nothing
//! recognises is either a continuation of the record before it (`join`) or a bare record. Levels are
//! read only where a shape has them, never searched in the text; the few sentences that mean one by
//! themselves are in `bare`.

mod ansi;
mod auto;
mod bar;
mod bare;
mod binary;
mod context;
mod core;
mod detector;
mod draft;
mod encoding;
mod envelope;
mod event;
mod extract;
mod join;
pub mod labels;
mod level;
mod prefix;
mod segment;
mod session;
mod shapes;
mod stamp;
mod state;
mod stretch;
mod tally;

pub use auto::Auto;
pub use binary::is_binary;
pub use context::{Context, Start, Zone};
pub use detector::Detector;
pub use event::{Event, Extension, Kind, Progress, Record, SessionRole, SessionStart, TimeSource};
pub use level::Level;
pub use state::State;
pub use tally::Tally;
