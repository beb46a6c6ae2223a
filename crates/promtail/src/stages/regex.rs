use model::go_regex;
use yaml::Problem;

use super::build::search;
use crate::config;
use crate::pipeline::{Change, Verdict};
use crate::relabel::is_label_name;
use crate::{Entry, Value};

/// `regex`: every named group becomes an extracted value.
pub(super) struct Extract {
    regex: go_regex::Regex,
    groups: Vec<(usize, String)>,
    source: Option<String>,
    labels_from_groups: bool,
}

impl Extract {
    pub(super) fn new(config: &config::Regex) -> Result<Self, Problem> {
        let regex = search(&config.expression)?;
        let groups = regex.named_groups();
        if groups.is_empty() {
            let message = "the expression has no named group, as in (?P<level>\\w+)";
            return Err(config.expression.problem(message));
        }
        let labels_from_groups = config.labels_from_groups;
        Ok(Self { regex, groups, source: config.source.clone(), labels_from_groups })
    }
}

impl Change for Extract {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        let found: Vec<(&str, Value)> = {
            let Some(input) = entry.input(self.source.as_deref()) else { return Verdict::Keep };
            let Some(captures) = self.regex.captures(&input) else { return Verdict::Keep };
            let value = |at| captures.get(at).map_or(&b""[..], |group| group.as_bytes());
            let found =
                self.groups.iter().map(|(at, name)| (name.as_str(), Entry::lossy(value(*at))));
            found.collect()
        };
        for (name, value) in found {
            if self.labels_from_groups
                && is_label_name(name)
                && let Value::Text(text) = &value
            {
                entry.labels.set(name, text.as_str());
            }
            entry.extract(name, value);
        }
        Verdict::Keep
    }
}
