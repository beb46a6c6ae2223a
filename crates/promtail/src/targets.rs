use model::Labels;

use crate::config::TargetGroup;
use crate::relabel::{Relabel, relabel};

/// Files to follow and the labels of their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// `__path__`: a file or a glob.
    pub path: String,
    /// `__path_exclude__`; empty: none.
    pub exclude: String,
    /// Without `filename`, which each file has of its own.
    pub labels: Labels,
}

/// What a group of targets stands for, once relabelled. `host`: the name of this machine, for
/// `__host__`. Targets without a path lead nowhere.
pub fn targets(group: &TargetGroup, steps: &[Relabel], host: &str) -> Vec<Target> {
    let localhost = ["localhost".to_owned()];
    let addresses = if group.targets.is_empty() { &localhost[..] } else { &group.targets };
    let mut found: Vec<Target> = Vec::new();
    for address in addresses {
        let mut labels: Labels = group.labels.iter().collect();
        labels.set("__address__", address);
        let target = relabel(labels, steps).and_then(|labels| target(&labels, host));
        // Promtail's documentation has several addresses for one path, which is read once.
        if let Some(target) = target
            && !found.contains(&target)
        {
            found.push(target);
        }
    }
    found
}

/// The target that relabelled labels describe; None: it has no path, or is of another machine.
fn target(labels: &Labels, host: &str) -> Option<Target> {
    if labels.get("__host__").is_some_and(|named| named != host) {
        return None;
    }
    Some(Target {
        path: labels.get("__path__").filter(|path| !path.is_empty())?.to_owned(),
        exclude: labels.get("__path_exclude__").unwrap_or_default().to_owned(),
        labels: labels.iter().filter(|(name, _)| !name.starts_with("__")).collect(),
    })
}
