use std::collections::BTreeMap;

use serde::Deserialize;
use yaml::Marked;

/// `journal`: entries of systemd's journal.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Journal {
    /// The line is the whole entry as JSON instead of its message.
    pub json: bool,
    pub max_age: Option<Marked<String>>,
    pub labels: BTreeMap<String, String>,
    pub path: Option<String>,
    pub matches: Option<String>,
}
