//! A simulated speech service that writes log files as CosyVoice3 and what surrounds it do:
//! python logging, tqdm bars, tracebacks, out-of-memory bursts, restarts on a new commit.
//!
//! The story is pure: a seed and a time give the same bytes. Only the writer looks at the clock.

mod bar;
mod line;
mod story;
mod words;
mod writer;

pub use line::{LogFile, Write};
pub use story::{Story, StoryOptions};
pub use writer::{DemoError, Files, follow, write_past};
