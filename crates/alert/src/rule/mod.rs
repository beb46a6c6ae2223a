//! Rule files of Loki's ruler.

mod advice;
mod compile;
mod place;
mod print;
mod read;

use logql::ast::Expr;
use serde::{Deserialize, Serialize};

pub use advice::advice;
pub use compile::{Fault, Place};
pub use print::{print, print_file, print_group};
pub use read::{RuleProblem, read};

use crate::text::Text;

/// What a file says, as far as it can be used, and what is wrong with the rest.
#[derive(Clone, Debug, Default)]
pub struct RuleFile {
    pub groups: Vec<Group>,
    pub problems: Vec<RuleProblem>,
}

/// Rules that are evaluated together, one after the other.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    /// None: as the relay does it by itself.
    pub interval_ns: Option<i64>,
    /// How far back in time it is evaluated, for what arrives late.
    pub offset_ns: i64,
    /// More alerts of one rule than this are an error; 0: any number.
    pub limit: usize,
    pub rules: Vec<Rule>,
}

/// A rule, ready to be evaluated.
#[derive(Clone, Debug)]
pub struct Rule {
    pub name: String,
    /// As written.
    pub expr: String,
    pub query: Expr,
    /// Added to those of each series.
    pub labels: Vec<(String, Text)>,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Alert {
        /// How long it is pending before it fires.
        for_ns: i64,
        /// How long it fires on when its series is gone.
        keep_firing_ns: i64,
        annotations: Vec<(String, Text)>,
    },
    Record,
}

/// A rule as it is written: what the page edits and presets are made of. `Rule::new` reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    pub expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_firing_for: Option<String>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
}
