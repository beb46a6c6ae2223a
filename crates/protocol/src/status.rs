//! `GET /api/status`: what the relay follows, keeps and misses.

use model::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub version: String,
    /// Changes with every build of the relay.
    pub build: String,
    /// Changes with every start of the relay.
    pub instance: String,
    pub sources: Vec<Source>,
    pub streams: u64,
    pub entries: u64,
    /// Bytes on disk, chunks and journal.
    pub disk_bytes: u64,
    pub retention_seconds: u64,
    pub oldest: Option<Timestamp>,
    pub newest: Option<Timestamp>,
    /// What a person should know, worst first: "disk full, reading stopped", "cannot read …".
    pub problems: Vec<Problem>,
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
