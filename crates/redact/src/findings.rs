use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Group;

/// Something found in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id; `known` where no rule matched but the text is one that was found elsewhere.
    pub rule: String,
    /// Where in the line, in bytes.
    pub span: Range<usize>,
    /// What it becomes.
    pub after: String,
}

/// How a finding looks, with a little of the line around it. Holds the original: for the review
/// screen, never for the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub before: String,
    pub after: String,
}

/// What the scan found by one rule, for the review screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFindings {
    pub rule: String,
    pub group: Group,
    /// The key of the rule's name in the locales.
    pub name_key: String,
    pub count: u64,
    /// Distinct ones, a few, in order of finding.
    pub samples: Vec<Sample>,
}

/// What was done, for the report: no word of what was there before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Every rule that ran, those without a finding, too.
    pub rules: Vec<RuleRun>,
}

/// One rule that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRun {
    pub rule: String,
    /// How many texts it replaced.
    pub count: u64,
}
