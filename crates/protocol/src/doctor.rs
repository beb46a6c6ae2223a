//! `POST /api/doctor`: why is my line not here?

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// A line, and what the person who misses it looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// As pasted; of several lines the first that is not blank counts.
    pub line: String,
    /// Only files whose path contains this.
    #[serde(default)]
    pub file: Option<String>,
    /// The range that is shown; None: open on that side.
    #[serde(default)]
    pub start: Option<Timestamp>,
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// The query that is shown.
    #[serde(default)]
    pub query: Option<String>,
}

/// What was looked at, in order, up to what explains it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    pub checks: Vec<Check>,
    /// Stable name of what was found: `shown`, `outside_range`, `ahead`, `not_read_yet` …
    pub verdict: String,
    /// One sentence: where the line is and what helps.
    pub message: String,
    /// What shows the line, if anything does.
    pub link: Option<Link>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub passed: bool,
    /// One sentence.
    pub message: String,
}

/// A query and the range to ask it for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub query: String,
    pub start: Timestamp,
    pub end: Timestamp,
}
