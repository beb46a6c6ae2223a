//! The container of one exported report, both directions, pure.
//!
//! A report is one HTML file that opens by double-click: the viewer, its engine and the logs as
//! chunks. It needs no network and no relay, and without JavaScript it still shows a summary and
//! the key lines. [`write()`] makes the file, [`open`] reads it back and notices any change.
//!
//! ```text
//! <!DOCTYPE html><html lang=…><head>
//! <meta charset="utf-8"><meta name="logpane-report" content="1"><meta …CSP…><title>…</title>
//! <style>…</style>
//! <script type="application/x-logpane-manifest" id="logpane-manifest">JSON, ASCII only</script>
//! <script type="application/x-logpane-chunk" id="logpane-chunk-0">text coding</script> …
//! <script type="application/x-logpane-wasm" id="logpane-wasm">text coding</script>
//! <script>the viewer</script>
//! </head><body>summary and key lines as text</body></html>
//! <!--logpane-report 1 blake3=… bytes=…-->
//! ```
//!
//! The last line seals all bytes before it. Data stands in `<head>`, since the viewer clears
//! `<body>`. There is no carriage return in the file, so that a copy whose line ends were changed
//! is still the same report.

mod coding;
mod error;
mod extract;
mod manifest;
mod meter;
mod note;
mod open;
mod page;
mod text;

pub use coding::{Coding, DENSE_JS};
pub use error::{OpenError, WriteError};
pub use extract::{ExtractedFile, extract};
pub use manifest::{ChunkEntry, FORMAT, Manifest, RuleRun, SourceEntry, ViewerPart};
pub use meter::{Meter, Slice, Suggestion};
pub use note::{Note, NoteWords, Target};
pub use open::{Report, open, verify};
pub use page::{KeyLine, Summary, Viewer, write};
pub use text::{html, shown};
