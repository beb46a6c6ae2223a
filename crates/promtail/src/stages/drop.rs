use model::go_regex::Regex;
use yaml::{Marked, Problem};

use super::build::{duration, search, size};
use crate::Entry;
use crate::config::{self, StageConfig};
use crate::pipeline::{Change, Verdict};

/// `drop`: entries for which all of its conditions hold go no further.
pub(super) struct Drop {
    sources: Vec<String>,
    separator: String,
    regex: Option<Regex>,
    older_than_ns: Option<i64>,
    longer_than: Option<usize>,
    reason: String,
}

impl Drop {
    pub(super) fn new(config: &config::Drop, stage: &Marked<StageConfig>) -> Result<Self, Problem> {
        let regex = match (&config.expression, &config.value) {
            (Some(_), Some(value)) => {
                return Err(value.problem("value and expression exclude each other"));
            }
            (Some(expression), None) => Some(search(expression)?),
            (None, Some(value)) if config.source.is_none() => {
                return Err(value.problem("value needs a source to compare it with"));
            }
            (None, Some(value)) => {
                let quoted = quote(value);
                Some(search(&Marked { value: format!("^{quoted}$"), mark: value.mark })?)
            }
            (None, None) => None,
        };
        let config::Drop { source, older_than, longer_than, .. } = config;
        let has_source = source.is_some();
        if regex.is_none() && older_than.is_none() && longer_than.is_none() && !has_source {
            let message = "drop needs source, expression, older_than or longer_than";
            return Err(stage.problem(message));
        }
        let reason = config.drop_counter_reason.clone();
        Ok(Self {
            sources: source.clone().map_or_else(Vec::new, |sources| sources.0),
            separator: config.separator.clone().unwrap_or_else(|| ";".to_owned()),
            regex,
            older_than_ns: older_than.as_ref().map(duration).transpose()?,
            longer_than: longer_than.as_ref().map(size).transpose()?,
            reason: reason.unwrap_or_else(|| "drop_stage".to_owned()),
        })
    }

    fn holds(&self, entry: &Entry, now: i64) -> bool {
        if self.longer_than.is_some_and(|max| entry.line.len() <= max) {
            return false;
        }
        if self.older_than_ns.is_some_and(|age| entry.timestamp >= now.saturating_sub(age)) {
            return false;
        }
        match &self.regex {
            None => self.sources.iter().all(|source| entry.extracted.contains_key(source)),
            Some(regex) if self.sources.is_empty() => regex.is_match(&entry.line),
            Some(regex) => {
                let values: Vec<String> =
                    self.sources.iter().filter_map(|source| entry.value(source)).collect();
                regex.is_match(values.join(&self.separator).as_bytes())
            }
        }
    }
}

impl Change for Drop {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        if self.holds(entry, now) { Verdict::Drop(self.reason.clone()) } else { Verdict::Keep }
    }
}

/// Every character as itself.
fn quote(text: &str) -> String {
    let is_special = |c| r"\.+*?()|[]{}^$".contains(c);
    let mut quoted = String::with_capacity(text.len());
    for c in text.chars() {
        if is_special(c) {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted
}
