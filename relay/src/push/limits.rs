//! The limits of a push, one place for all. The README.md beside this lists them for users.

/// A body as it comes. More is answered 413.
pub const MAX_BODY_BYTES: usize = 16 << 20;
/// A body unpacked, and again what its entries take in memory, see [`ENTRY_BYTES`]. More is
/// answered 413, and nothing of the body is taken.
pub const MAX_TEXT_BYTES: usize = 64 << 20;
/// What an entry counts beside its line and its metadata.
pub const ENTRY_BYTES: usize = 128;

/// Loki's limits on what names a stream. Streams beyond are refused.
pub const MAX_LABELS: usize = 15;
pub const MAX_NAME_BYTES: usize = 1024;
pub const MAX_VALUE_BYTES: usize = 2048;

/// Loki's limits on the structured metadata of an entry. Entries beyond are refused.
pub const MAX_METADATA_BYTES: usize = 64 << 10;
pub const MAX_METADATA_NAMES: usize = 128;

/// Longer lines are kept in parts, where Loki would refuse them.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// Names in one JSON object of labels or metadata; more is no honest mistake.
pub const MAX_OBJECT_NAMES: usize = 1000;
/// Values in one OTLP record, those within others too.
pub const MAX_RECORD_VALUES: usize = 100_000;
/// How deep values of OTLP may lie within each other. In JSON, where each is three brackets, its
/// reader ends at 128 brackets.
pub const MAX_DEPTH: usize = 64;
