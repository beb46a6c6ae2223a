use std::fmt::Write as _;

use yaml::{Marked, Problem};

use crate::config::StageConfig;
use crate::{Entry, Environment, Outcome, Pipeline};

/// Tells what each stage does with each line.
#[derive(Debug)]
pub struct Inspector {
    stages: Vec<(String, Pipeline)>,
}

impl Inspector {
    pub fn new(stages: &[Marked<StageConfig>], environment: &Environment) -> Result<Self, Problem> {
        let one = |stage: &Marked<StageConfig>| {
            let name = format!("{} at {}", stage.value.name(), stage.mark);
            Ok((name, Pipeline::new(std::slice::from_ref(stage), environment)?))
        };
        Ok(Self { stages: stages.iter().map(one).collect::<Result<_, _>>()? })
    }

    /// A few lines about one line, which takes no notice of those that still wait in a stage.
    pub fn push(&mut self, entry: Entry, now: i64) -> String {
        let mut text = format!("line: {}\n", entry.text());
        let mut entries = vec![entry];
        for (name, stage) in &mut self.stages {
            let mut next = Vec::new();
            for before in entries {
                let mut out = Vec::new();
                stage.push(before.clone(), now, &mut out);
                stage.finish(now, &mut out);
                for outcome in out {
                    match outcome {
                        Outcome::Dropped { reason, .. } => {
                            writeln!(text, "  {name}: dropped ({reason})").ok();
                        }
                        Outcome::Entry(after) => {
                            writeln!(text, "  {name}: {}", difference(&before, &after)).ok();
                            next.push(after);
                        }
                    }
                }
            }
            entries = next;
        }
        for entry in entries {
            writeln!(text, "  kept: {} {}", entry.labels, entry.text()).ok();
        }
        text
    }
}

fn difference(before: &Entry, after: &Entry) -> String {
    let mut parts = Vec::new();
    for (name, value) in &after.extracted {
        // In the beginning every label is extracted as well, which says nothing.
        let is_label = after.labels.get(name) == value.text().as_deref();
        if before.extracted.get(name) != Some(value) && !is_label {
            parts.push(format!("extracted {name}={:?}", value.text().unwrap_or_default()));
        }
    }
    for (name, value) in after.labels.iter() {
        if before.labels.get(name) != Some(value) {
            parts.push(format!("label {name}={value:?}"));
        }
    }
    for (name, _) in before.labels.iter().filter(|(name, _)| after.labels.get(name).is_none()) {
        parts.push(format!("without the label {name}"));
    }
    for (name, value) in after.metadata.iter().filter(|field| !before.metadata.contains(field)) {
        parts.push(format!("metadata {name}={value:?}"));
    }
    if before.timestamp != after.timestamp {
        let time = jiff::Timestamp::from_nanosecond(after.timestamp.into());
        parts.push(time.map_or_else(|_| "time".to_owned(), |time| format!("time {time}")));
    }
    if before.line != after.line {
        parts.push(format!("line {:?}", after.text()));
    }
    if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") }
}
