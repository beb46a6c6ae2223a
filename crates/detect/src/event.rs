use serde::{Deserialize, Serialize};

use crate::{Auto, Level};

/// What the detector found, in the order of the file.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A new entry.
    Entry(Record<'a>),
    /// More lines of the last entry of this file whose kind is [`Kind::Line`] (progress entries
    /// may have come after it).
    Extend(Extension<'a>),
    /// A run of an application starts with, or is described by, the entry that comes next.
    Session(SessionStart<'a>),
}

/// One entry. Everything borrowed is valid until the callback returns.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Nanoseconds since 1970.
    pub timestamp: i64,
    /// Where `timestamp` comes from. Unless it was parsed, `auto` has it as `ts_source`.
    pub time: TimeSource,
    pub kind: Kind,
    /// The label `level`; None: the entry gets no such label.
    pub level: Option<Level>,
    /// The record as written, decoded to UTF-8, without progress frames and line end; joined lines
    /// are separated by `\n`. Colour codes stay; bytes that cannot be decoded stay as they are, so
    /// this is not always UTF-8.
    pub line: &'a [u8],
    /// All auto fields, also `ts_source`, `level_raw`, `event` and `part`: which piece it is of a
    /// record that was too long to keep in one, `2`, or `5/5` for the last piece of a line.
    pub auto: &'a Auto,
    /// The offset in the file of what the entry consists of, without progress frames in front.
    pub start_offset: u64,
    /// The offset in the file after the last line of the entry so far, its line end excluded.
    pub text_end: u64,
    /// The same with the line end.
    pub end_offset: u64,
}

/// More of an entry that was emitted before.
#[derive(Clone, Copy, Debug)]
pub struct Extension<'a> {
    /// To append to the entry's line after a `\n`; may itself contain `\n`.
    pub text: &'a [u8],
    /// Fields to add to those of the entry; a name that it has already keeps its value.
    pub auto: &'a Auto,
    /// As in [`Record`].
    pub text_end: u64,
    /// As in [`Record`].
    pub end_offset: u64,
}

/// Where the time of an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TimeSource {
    /// The record has a stamp of its own.
    Parsed,
    /// The nearest stamp of the same file: the last one before, or, where there was none before or
    /// the record is a start marker, the next one after.
    Inherited,
    /// No stamp was near: the time the line arrived, for what stood in the file before the first
    /// reading the file's modification time.
    Arrival,
}

impl TimeSource {
    /// The value of the auto field `ts_source`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parsed => "parsed",
            Self::Inherited => "inherited",
            Self::Arrival => "arrival",
        }
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A record that a program wrote.
    Line,
    /// The last frame of a progress bar; it has no level, and the fields `event="progress"`, `n`,
    /// `total`, `elapsed`, `rate` and, when the bar has a name, `desc`, as far as the bar says them.
    Progress,
}

/// The start of a run of an application, or more about the run that started last. Comes directly
/// before the entry it was read from and has that entry's time.
#[derive(Clone, Copy, Debug)]
pub struct SessionStart<'a> {
    pub role: SessionRole,
    pub timestamp: i64,
    /// [`TimeSource::Arrival`]: the file has no stamps, so the time says little when an old file
    /// is read.
    pub time: TimeSource,
    /// `app`, `version`, `commit`, `device`, `torch` …
    pub fields: &'a Auto,
}

/// What a line says about sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SessionRole {
    /// A line that names what is started (`[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234`):
    /// a new session of the job.
    Opens,
    /// A new process announced itself in this file (`PyTorch version … Found.`, `Started server
    /// process [4711]`): from here on the file belongs to the session of the job that opened
    /// shortly before, or, when there was none and the time is not [`TimeSource::Arrival`], to a
    /// new one.
    Process,
    /// More fields for the session this file is in.
    Describes,
}

/// A progress bar that is still running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Empty when the bar has no name.
    pub description: String,
    /// As the bar prints them: `3`, `1.23G`.
    pub n: String,
    /// None when the bar does not know how much there is.
    pub total: Option<String>,
    /// Of hundred, where the bar prints it.
    pub percent: Option<u32>,
    /// What is counted: `it`, `B`, `GB`.
    pub unit: Option<String>,
    /// `00:07`
    pub elapsed: Option<String>,
    /// `00:03`; None when the bar does not know or does not say.
    pub eta: Option<String>,
    /// With its unit: `3.62s/it`, `39.4MB/s`; None when the bar does not know.
    pub rate: Option<String>,
    /// When the newest frame came, in nanoseconds since 1970: a bar that stands still grows old.
    pub seen: i64,
}
