//! What the page and its worker say to each other.

use export::{ExportError, Leave};
use model::TimeRange;
use redact::{OwnRule, RuleFindings};
use report::{KeyLine, NoteWords, Suggestion, Target};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::engine::message::Failure;

/// From the page to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// The first message: read all of this.
    Gather(Order),
    /// Make a report ready, in place of the one that is being made.
    Prepare { run: u64, choice: Choice, wording: Wording },
    /// Say what is ready as a text to paste there.
    Note { run: u64, target: Target, wording: Wording, words: NoteWords },
    /// Write the file of what is ready.
    Write { run: u64, wording: Wording },
}

/// From the worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// It listens now.
    Ready,
    Reading(Done),
    Gathered(Found),
    /// What the rules find; the file is not made yet.
    Findings {
        run: u64,
        findings: Vec<RuleFindings>,
    },
    Working {
        run: u64,
        done: Done,
    },
    Prepared {
        run: u64,
        prepared: Prepared,
    },
    Written {
        run: u64,
        html: ByteBuf,
    },
    Noted {
        run: u64,
        target: Target,
        text: String,
    },
    /// Without a run: nothing could be read.
    Failed {
        run: Option<u64>,
        problem: Problem,
    },
    /// The last words of a worker that panics.
    Panicked {
        detail: String,
    },
}

/// What is to be in the report, before anything is left out of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Where the relay is: the page's own folder as an absolute URL, with a slash at its end.
    pub base: String,
    /// The token of the shared link that the page was opened with.
    pub share: Option<String>,
    /// LogQL.
    pub query: String,
    pub range: TimeRange,
}

/// What stays out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Ids of the rules that run.
    pub rules: Vec<String>,
    pub own: Vec<OwnRule>,
    pub leave: Vec<Leave>,
}

/// What is said around the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// Empty: the query is its title.
    pub title: String,
    pub note: String,
    /// `en`, `zh-CN`.
    pub language: String,
    /// What the page says where no script runs.
    pub without_script: String,
    /// The rest of the view, see [`export::Telling::look`].
    pub look: String,
    /// The line that is selected in it, by time and arrival.
    pub about: Option<(i64, u64)>,
    /// The name of the file that was saved, if one was.
    pub attachment: Option<String>,
}

/// How far something is, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub done: u64,
    pub of: u64,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub entries: u64,
    /// Of the lines.
    pub bytes: u64,
    /// How many of each level, the gravest first; empty: those without one.
    pub levels: Vec<(String, u64)>,
    /// First and last entry.
    pub first: i64,
    pub last: i64,
    /// What is missing, each in a sentence.
    pub warnings: Vec<String>,
}

/// A report that could be written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    pub entries: u64,
    /// Of the file.
    pub bytes: u64,
    /// Where it is more than GitHub takes.
    pub suggestions: Vec<Suggestion<Leave>>,
    /// As they stand in the file.
    pub lines: Vec<KeyLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    Failure(Failure),
    /// Nothing matches.
    Nothing,
    Export(ExportError),
    /// A rule of the user.
    Rule {
        message: String,
    },
    Unwritable {
        message: String,
    },
    /// The worker is gone.
    Died {
        detail: String,
    },
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        Self::Export(error)
    }
}
