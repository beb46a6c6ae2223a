//! `label_replace(…)`

use super::grid::Grid;
use super::node::LabelReplaceNode;
use super::table::Table;
use crate::QueryError;

/// Sets a label of each series out of another one, where that matches.
pub(crate) fn label_replace(
    node: &LabelReplaceNode,
    mut grids: Vec<Grid>,
) -> Result<Vec<Grid>, QueryError> {
    for grid in &mut grids {
        let value = grid.labels.get(&node.src).unwrap_or("");
        let Some(captures) = node.regex.captures(value) else { continue };
        let mut replaced = String::new();
        captures.expand(&node.replacement, &mut replaced);
        if replaced.is_empty() {
            grid.labels.remove(&node.dst);
        } else {
            grid.labels.set(&node.dst, replaced);
        }
    }
    let mut seen: Table<Vec<bool>> = Table::default();
    for grid in &grids {
        let steps = seen.entry(grid.labels.clone());
        steps.resize(grid.values.len(), false);
        for (taken, value) in steps.iter_mut().zip(&grid.values) {
            if *taken && value.is_some() {
                return Err(QueryError::new(
                    node.span,
                    format!("label_replace makes two series the same: {}", grid.labels),
                ));
            }
            *taken |= value.is_some();
        }
    }
    grids.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(grids)
}
