use model::Labels;

use crate::ast::Grouping;

/// The labels of the group that a series belongs to.
pub(crate) fn labels_of(labels: &Labels, grouping: Option<&Grouping>) -> Labels {
    let named = |names: &[String], name: &str| names.iter().any(|n| n == name);
    match grouping {
        None => Labels::new(),
        Some(Grouping { without, labels: names }) => {
            labels.iter().filter(|(name, _)| named(names, name) != *without).collect()
        }
    }
}
