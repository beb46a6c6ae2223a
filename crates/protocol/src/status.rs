//! `GET /api/status`: what the relay follows, keeps and misses.

use crate::forward::Forward;
use model::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub version: String,
    /// Changes with every build of the relay.
    pub build: String,
    /// Changes with every start of the relay.
    pub instance: String,
    /// The zone of the relay's machine, or the one of its configuration: `Asia/Shanghai`.
    #[serde(default)]
    pub zone: Option<String>,
    pub sources: Vec<Source>,
    pub streams: u64,
    pub entries: u64,
    /// Bytes on disk, chunks and journal.
    pub disk_bytes: u64,
    pub retention_seconds: u64,
    /// What goes when, and why.
    #[serde(default)]
    pub retention: Retention,
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
    /// Where entries are sent on to.
    #[serde(default)]
    pub forwards: Vec<Forward>,
    /// What a person should know, worst first: "disk full, reading stopped", "cannot read …".
    pub problems: Vec<Problem>,
}

/// What is kept how long, and what goes next: entries go with their whole chunk, counted from when
/// they were taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Retention {
    /// What chunks and journal may take together.
    pub limit_bytes: Option<u64>,
    /// By the rules, in their order; the last is for the streams that no rule is for.
    pub rules: Vec<RetentionOf>,
}

/// What one rule of retention does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RetentionOf {
    /// As in `{level="debug"}`; empty for the streams that no rule is for.
    pub selector: String,
    pub keep_seconds: u64,
    /// Streams that have entries.
    pub streams: u64,
    /// Entries that are in no chunk yet: their time has not begun.
    pub waiting_entries: u64,
    /// All that is in chunks, what goes included.
    pub kept: Amount,
    /// Goes within a minute, for its age.
    pub too_old: Amount,
    /// Goes within a minute, for the limit of bytes: the oldest of all rules together.
    pub too_much: Amount,
    /// Of what stays now, what will be too old within a day.
    pub within_day: Amount,
    /// When the next of what stays now goes for its age.
    pub next: Option<Timestamp>,
}

/// Some chunks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub chunks: u64,
    pub entries: u64,
    pub bytes: u64,
}

/// One followed file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub path: String,
    pub job: String,
    /// The rule that gave the job, in words: "file name cosyvoice*", "folder CosyVoice", "--job".
    pub job_rule: String,
    pub instance: String,
    /// Bytes taken, and bytes there are.
    pub offset: u64,
    pub size: u64,
    pub entries: u64,
    /// Bytes that were no valid text, kept raw.
    pub invalid_bytes: u64,
    /// The newest frame of the progress bar that moved last and has not ended.
    pub progress: Option<Progress>,
    pub last_error: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Empty when the bar has no name.
    pub description: String,
    pub done: f64,
    /// 0 when the bar does not know how much there is.
    pub total: f64,
    /// What is counted: `it`, `B`.
    pub unit: Option<String>,
    /// As the bar prints it: `3.62s/it`, `39.4MB/s`.
    pub rate: Option<String>,
    /// As the bar prints them: `00:31`.
    pub elapsed: Option<String>,
    pub eta: Option<String>,
    /// When the frame came: a bar that stands still grows old.
    pub seen: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub severity: Severity,
    /// Stable name of the kind of problem: `unreadable_file`, `disk_full`, `corrupt_chunk` …
    pub code: String,
    /// One sentence: what, where, and what helps.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Done, but not as asked.
    Warning,
    /// Something is lost or cannot be done.
    Error,
}
