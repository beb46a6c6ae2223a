use logql::Sample;
use model::{Entry, Labels};

use crate::number;
use crate::rule::Rule;
use crate::state::Context;

/// What a recording rule writes down at one evaluation: a stream and an entry for each series,
/// read by `{job="logpane", rule="NAME"} | logfmt | unwrap value`.
pub fn recorded(rule: &Rule, samples: &[Sample], context: &Context<'_>) -> Vec<(Labels, Entry)> {
    let entries = samples.iter().map(|sample| {
        let scope = context.scope(sample);
        let mut labels = Labels::new();
        let ours = ["job", "rule"];
        for (name, value) in sample.labels.iter() {
            // What would be lost keeps another name, as where Prometheus collects.
            let is_ours = ours.contains(&name);
            labels.set(if is_ours { format!("exported_{name}") } else { name.to_owned() }, value);
        }
        for (name, text) in &rule.labels {
            set(&mut labels, name, text.fill(&scope));
        }
        labels.set("job", "logpane");
        labels.set("rule", &rule.name);
        let line = format!("value={}", number::plain(sample.value)).into_bytes();
        (labels, Entry { timestamp: context.at, line, ..Entry::default() })
    });
    entries.collect()
}

/// An empty value takes the label away.
pub(crate) fn set(labels: &mut Labels, name: &str, value: String) {
    if value.is_empty() {
        labels.remove(name);
    } else {
        labels.set(name, value);
    }
}
