use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alert::RuleState;
use serde::{Deserialize, Serialize};

pub(super) use crate::kept::{read, write};

/// The folder of all that is kept about alerts.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("alerts")
}

/// The states of rules, by file, group and name.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct States {
    pub rules: BTreeMap<String, RuleState>,
}

/// The name a rule's state is kept under. `number`: among rules of one name in its group.
pub(super) fn key(file: &str, group: &str, rule: &str, number: usize) -> String {
    // None of these texts holds a NUL.
    let mut key = format!("{file}\0{group}\0{rule}");
    if number > 0 {
        key.push_str(&format!("\0{number}"));
    }
    key
}

/// The file that the rule of a key stands in.
pub(super) fn file_of(key: &str) -> &str {
    key.split('\0').next().unwrap_or(key)
}
