use yaml::{Marked, Problem};

use crate::Entry;
use crate::config::{Names, StageConfig};
use crate::pipeline::{Change, Verdict};
use crate::relabel::is_label_name;

/// `labels`: extracted values become labels.
pub(super) struct FromExtracted(Vec<(String, String)>);

/// `static_labels`
pub(super) struct Static(Vec<(String, String)>);

/// `labeldrop`
pub(super) struct Remove(pub(super) Vec<String>);

/// `labelallow`
pub(super) struct Allow(pub(super) Vec<String>);

/// `structured_metadata`: extracted values, or labels, become metadata.
pub(super) struct ToMetadata(Vec<(String, String)>);

/// Each name with what it takes its value from.
fn sources(names: &Names) -> Vec<(String, String)> {
    let source = |(name, source): (&String, &Option<String>)| {
        let source = source.as_deref().filter(|source| !source.is_empty()).unwrap_or(name);
        (name.clone(), source.to_owned())
    };
    names.iter().map(source).collect()
}

fn check<'n>(
    mut names: impl Iterator<Item = &'n String>,
    stage: &Marked<StageConfig>,
) -> Result<(), Problem> {
    match names.find(|name| !is_label_name(name)) {
        Some(name) => Err(stage
            .problem(format!("{name:?} is no name of a label, expected letters, digits and _"))),
        None => Ok(()),
    }
}

impl FromExtracted {
    pub(super) fn new(names: &Names, stage: &Marked<StageConfig>) -> Result<Self, Problem> {
        if names.is_empty() {
            return Err(stage.problem("labels names no label"));
        }
        check(names.keys(), stage)?;
        Ok(Self::of(names))
    }

    pub(super) fn of(names: &Names) -> Self {
        Self(sources(names))
    }
}

impl Change for FromExtracted {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        for (name, source) in &self.0 {
            if let Some(value) = entry.value(source) {
                entry.labels.set(name.as_str(), value);
            }
        }
        Verdict::Keep
    }
}

impl Static {
    pub(super) fn new(labels: &Names, stage: &Marked<StageConfig>) -> Result<Self, Problem> {
        check(labels.keys(), stage)?;
        let labels = labels.iter().filter_map(|(name, value)| {
            let value = value.as_deref().filter(|value| !value.is_empty())?;
            Some((name.clone(), value.to_owned()))
        });
        Ok(Self(labels.collect()))
    }
}

impl Change for Static {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        for (name, value) in &self.0 {
            entry.labels.set(name.as_str(), value.as_str());
        }
        Verdict::Keep
    }
}

impl Change for Remove {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        for name in &self.0 {
            entry.labels.remove(name);
        }
        Verdict::Keep
    }
}

impl Change for Allow {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        let is_allowed = |(name, _): &(&str, &str)| self.0.iter().any(|allowed| allowed == name);
        entry.labels = entry.labels.iter().filter(is_allowed).collect();
        Verdict::Keep
    }
}

impl ToMetadata {
    pub(super) fn new(names: &Names) -> Self {
        Self(sources(names))
    }
}

impl Change for ToMetadata {
    fn change(&mut self, entry: &mut Entry, _: i64) -> Verdict {
        for (name, source) in &self.0 {
            let extracted = entry.value(source);
            if let Some(value) = entry.labels.remove(source).or(extracted) {
                entry.metadata.retain(|(known, _)| known != name);
                entry.metadata.push((name.clone(), value));
            }
        }
        Verdict::Keep
    }
}
