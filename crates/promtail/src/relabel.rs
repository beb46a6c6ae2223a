use md5::{Digest as _, Md5};
use model::Labels;
use yaml::{Marked, Problem};

use crate::config::{Action, RelabelConfig};
use crate::pattern::Pattern;

/// One step of relabelling, checked.
#[derive(Clone, Debug)]
pub struct Relabel {
    source_labels: Vec<String>,
    separator: String,
    regex: Pattern,
    modulus: u64,
    target_label: String,
    replacement: String,
    action: Action,
}

impl Relabel {
    /// Checks a step; `Marked` says where it stands.
    pub fn new(config: &Marked<RelabelConfig>) -> Result<Self, Problem> {
        let RelabelConfig { source_labels, separator, action, .. } = config.value.clone();
        let text = config.regex.as_ref().map_or("(.*)", |regex| regex.value.as_str());
        let regex = Pattern::new(text).map_err(|error| {
            config.regex.as_ref().map_or_else(
                || config.problem(error.to_string()),
                |regex| regex.problem(error.to_string()),
            )
        })?;
        let target = config.target_label.clone().unwrap_or_default().value;
        let needs_target = !matches!(
            action,
            Action::Keep | Action::Drop | Action::LabelMap | Action::LabelDrop | Action::LabelKeep
        );
        if needs_target && target.is_empty() {
            return Err(config.problem("target_label is missing, which this action needs"));
        }
        let modulus = config.modulus.as_ref().map_or(0, |modulus| modulus.value);
        if action == Action::HashMod && modulus == 0 {
            return Err(config.problem("modulus is missing or 0, which hashmod needs"));
        }
        Ok(Self {
            source_labels,
            separator: separator.unwrap_or_else(|| ";".to_owned()),
            regex,
            modulus,
            target_label: target,
            replacement: config.replacement.clone().unwrap_or_else(|| "$1".to_owned()),
            action,
        })
    }

    /// False: the target is not wanted.
    fn apply(&self, labels: &mut Labels) -> bool {
        let values: Vec<&str> =
            self.source_labels.iter().map(|name| labels.get(name).unwrap_or("")).collect();
        let value = values.join(&self.separator);
        let target = || labels.get(&self.target_label).unwrap_or("");
        match self.action {
            Action::Keep => return self.regex.is_match(&value),
            Action::Drop => return !self.regex.is_match(&value),
            Action::KeepEqual => return value == target(),
            Action::DropEqual => return value != target(),
            Action::Replace => {
                let Some(name) = self.regex.expand(&value, &self.target_label) else {
                    return true;
                };
                let new = self.regex.expand(&value, &self.replacement).unwrap_or_default();
                if is_label_name(&name) {
                    set(labels, &name, &new);
                }
            }
            Action::Lowercase => set(labels, &self.target_label, &value.to_lowercase()),
            Action::Uppercase => set(labels, &self.target_label, &value.to_uppercase()),
            Action::HashMod => {
                let hash = hash(&value) % self.modulus;
                set(labels, &self.target_label, &hash.to_string());
            }
            Action::LabelMap => {
                let mapped = labels.iter().filter_map(|(name, value)| {
                    let new = self.regex.expand(name, &self.replacement)?;
                    Some((new, value.to_owned()))
                });
                for (name, value) in mapped.collect::<Vec<_>>() {
                    labels.set(name, value);
                }
            }
            Action::LabelDrop => retain(labels, |name| !self.regex.is_match(name)),
            Action::LabelKeep => retain(labels, |name| self.regex.is_match(name)),
        }
        true
    }
}

/// The labels of a target after all steps; None: it is not wanted.
pub fn relabel(mut labels: Labels, steps: &[Relabel]) -> Option<Labels> {
    steps.iter().all(|step| step.apply(&mut labels)).then_some(labels)
}

fn set(labels: &mut Labels, name: &str, value: &str) {
    if value.is_empty() {
        labels.remove(name);
    } else {
        labels.set(name, value);
    }
}

fn retain(labels: &mut Labels, keeps: impl Fn(&str) -> bool) {
    *labels = labels.iter().filter(|(name, _)| keeps(name)).collect();
}

/// The last eight bytes of MD5.
fn hash(value: &str) -> u64 {
    let digest = Md5::digest(value.as_bytes());
    digest.iter().skip(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

pub(crate) fn is_label_name(name: &str) -> bool {
    name.bytes().enumerate().all(|(at, byte)| {
        byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit())
    }) && !name.is_empty()
}
