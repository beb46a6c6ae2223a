//! One log line on its way to the screen: its colours taken apart, its matches marked, its length
//! bounded. Pure.

mod ansi;
mod entry;
mod needles;
mod pieces;
mod pretty;
mod trace;

pub use entry::{Entry, Interner, Level};
pub use needles::Needles;
pub use pieces::pieces;
pub use pretty::pretty;
pub use trace::{Section, SectionKind, sections};
