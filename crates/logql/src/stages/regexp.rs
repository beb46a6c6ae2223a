//! `| regexp "(?P<ip>\\S+) -"`

use model::go_regex::Regex;

use super::extract::{Extract, Extraction, Next};
use crate::pipeline::Entry;

/// `| regexp`, ready to run.
#[derive(Debug)]
pub(crate) struct Regexp {
    regex: Regex,
    /// The groups that have a name.
    groups: Vec<(usize, String)>,
    pub(crate) extract: Extract,
}

impl Regexp {
    /// An error is a sentence about the pattern.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        let regex = Regex::search(pattern).map_err(|error| error.to_string())?;
        let groups = regex.named_groups();
        if groups.is_empty() {
            return Err(format!("{pattern:?} has no named group, expected (?P<name>…)"));
        }
        Ok(Self { regex, groups, extract: Extract::default() })
    }

    /// False when a filter on one of the groups drops the entry.
    pub(crate) fn run(&self, entry: &mut Entry<'_>) -> bool {
        entry.with_line(|entry, line| {
            let Some(captures) = self.regex.captures(line) else { return true };
            let mut extraction = Extraction::new(entry, &self.extract);
            let mut label = String::new();
            for (at, name) in &self.groups {
                label.clear();
                label.push_str(name);
                extraction.entry.dodge(&mut label);
                if !extraction.wants(&label) {
                    continue;
                }
                let value = captures.get(*at).map_or(&b""[..], |group| group.as_bytes());
                let value = String::from_utf8_lossy(value);
                if let Next::Break(keep) = extraction.set(&label, &value) {
                    return keep;
                }
            }
            true
        })
    }
}
