//! `a / on (instance) b`, `x > 5`, `a and b`

use std::collections::HashMap;

use model::Labels;

use super::grid::{Grid, Value};
use super::node::Node;
use super::table::{self, Table};
use crate::ast::{BinaryOp, CompareOp, GroupSide, VectorMatching};
use crate::{QueryError, Span};

#[derive(Debug)]
pub(crate) struct BinaryNode {
    pub(crate) op: BinaryOp,
    pub(crate) left: Node,
    pub(crate) right: Node,
    /// Comparisons give 0 and 1 instead of filtering.
    pub(crate) return_bool: bool,
    pub(crate) matching: Option<VectorMatching>,
    pub(crate) span: Span,
}

pub(crate) fn evaluate(
    node: &BinaryNode,
    left: Value,
    right: Value,
    num_steps: usize,
) -> Result<Value, QueryError> {
    match (left, right) {
        (Value::Scalar(left), Value::Scalar(right)) => {
            Ok(Value::Scalar(of_numbers(node.op, left, right)))
        }
        (Value::Series(left), Value::Scalar(right)) => {
            Ok(Value::Series(each(left, |value| node.apply(value, right, value))))
        }
        (Value::Scalar(left), Value::Series(right)) => {
            Ok(Value::Series(each(right, |value| node.apply(left, value, value))))
        }
        (Value::Series(left), Value::Series(right)) => {
            let grids = match node.op {
                BinaryOp::And | BinaryOp::Or | BinaryOp::Unless => {
                    set_operation(node, left, right, num_steps)
                }
                _ => matched(node, left, right, num_steps)?,
            };
            Ok(Value::Series(grids))
        }
    }
}

/// What an operator makes of two numbers without series; a comparison gives 0 or 1.
pub(crate) fn of_numbers(op: BinaryOp, left: f64, right: f64) -> f64 {
    match op {
        BinaryOp::Compare(op) => f64::from(u8::from(compare(op, left, right))),
        op => arithmetic(op, left, right),
    }
}

impl BinaryNode {
    /// The result for two values; None where a comparison filters it out, `kept` where it does
    /// not.
    fn apply(&self, left: f64, right: f64, kept: f64) -> Option<f64> {
        match self.op {
            BinaryOp::Compare(op) if self.return_bool => {
                Some(f64::from(u8::from(compare(op, left, right))))
            }
            BinaryOp::Compare(op) => compare(op, left, right).then_some(kept),
            op => Some(arithmetic(op, left, right)),
        }
    }

    /// Writes what tells the match group of a series from others.
    fn signature(&self, labels: &Labels, key: &mut Vec<u8>) {
        let named = |name: &str| {
            self.matching.as_ref().is_some_and(|m| m.labels.iter().any(|label| label == name))
        };
        let on = self.matching.as_ref().is_some_and(|m| m.on);
        table::key(labels.iter().filter(|(name, _)| named(name) == on), key);
    }

    /// The labels of the result for a pair of series.
    fn labels(&self, many: &Labels, one: &Labels) -> Labels {
        let Some(matching) = &self.matching else { return many.clone() };
        let named = |name: &str| matching.labels.iter().any(|label| label == name);
        let Some(group) = &matching.group else {
            return many.iter().filter(|(name, _)| named(name) == matching.on).collect();
        };
        let mut labels = many.clone();
        for name in &group.include {
            match one.get(name).filter(|value| !value.is_empty()) {
                Some(value) => labels.set(name, value),
                None => _ = labels.remove(name),
            }
        }
        labels
    }
}

fn each(grids: Vec<Grid>, apply: impl Fn(f64) -> Option<f64>) -> Vec<Grid> {
    grids
        .into_iter()
        .map(|grid| Grid {
            values: grid.values.iter().map(|value| value.and_then(&apply)).collect(),
            labels: grid.labels,
        })
        .filter(Grid::has_values)
        .collect()
}

fn compare(op: CompareOp, left: f64, right: f64) -> bool {
    match op {
        CompareOp::Equal => left == right,
        CompareOp::NotEqual => left != right,
        CompareOp::Greater => left > right,
        CompareOp::GreaterEqual => left >= right,
        CompareOp::Less => left < right,
        CompareOp::LessEqual => left <= right,
    }
}

fn arithmetic(op: BinaryOp, left: f64, right: f64) -> f64 {
    match op {
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        // A division by zero has no sensible value, not an infinite one.
        BinaryOp::Divide if right == 0.0 => f64::NAN,
        BinaryOp::Modulo if right == 0.0 => f64::NAN,
        BinaryOp::Divide => left / right,
        BinaryOp::Modulo => left % right,
        BinaryOp::Power => left.powf(right),
        _ => left + right,
    }
}

/// The series of each match group.
type Groups = HashMap<Vec<u8>, Vec<usize>>;

fn groups(node: &BinaryNode, grids: &[Grid]) -> Groups {
    let mut groups = Groups::new();
    let mut key = Vec::new();
    for (at, grid) in grids.iter().enumerate() {
        node.signature(&grid.labels, &mut key);
        groups.entry(key.clone()).or_default().push(at);
    }
    groups
}

fn set_operation(
    node: &BinaryNode,
    mut left: Vec<Grid>,
    mut right: Vec<Grid>,
    num_steps: usize,
) -> Vec<Grid> {
    let present = |grids: &[Grid], groups: &Groups| -> HashMap<Vec<u8>, Vec<bool>> {
        let any = |members: &[usize], step| members.iter().any(|at| grids[*at].at(step).is_some());
        let steps = |members: &Vec<usize>| (0..num_steps).map(|step| any(members, step)).collect();
        groups.iter().map(|(key, members)| (key.clone(), steps(members))).collect()
    };
    let mut key = Vec::new();
    let mut mask = |grids: &mut Vec<Grid>, there: &HashMap<Vec<u8>, Vec<bool>>, keep: bool| {
        for grid in grids.iter_mut() {
            node.signature(&grid.labels, &mut key);
            let there = there.get(&key);
            for (step, value) in grid.values.iter_mut().enumerate() {
                let is_there = there.and_then(|steps| steps.get(step)).copied().unwrap_or(false);
                if is_there != keep {
                    *value = None;
                }
            }
        }
        grids.retain(Grid::has_values);
    };
    match node.op {
        BinaryOp::And => mask(&mut left, &present(&right, &groups(node, &right)), true),
        BinaryOp::Unless => mask(&mut left, &present(&right, &groups(node, &right)), false),
        _ => {
            mask(&mut right, &present(&left, &groups(node, &left)), false);
            return merge(left.into_iter().chain(right));
        }
    }
    left
}

/// Series with the same labels become one; where both have a value the first stays.
fn merge(grids: impl Iterator<Item = Grid>) -> Vec<Grid> {
    let mut merged: Table<Vec<Option<f64>>> = Table::default();
    for grid in grids {
        let values = merged.entry(grid.labels);
        if values.is_empty() {
            *values = grid.values;
        } else {
            for (slot, value) in values.iter_mut().zip(grid.values) {
                *slot = slot.or(value);
            }
        }
    }
    sorted(merged)
}

fn sorted(table: Table<Vec<Option<f64>>>) -> Vec<Grid> {
    let mut grids: Vec<Grid> = table
        .into_series()
        .into_iter()
        .map(|(labels, values)| Grid { labels, values })
        .filter(Grid::has_values)
        .collect();
    grids.sort_by(|a, b| a.labels.cmp(&b.labels));
    grids
}

/// Pairs of series of the same match group. With `group_left` many on the left may meet one on
/// the right, with `group_right` the other way round.
fn matched(
    node: &BinaryNode,
    left: Vec<Grid>,
    right: Vec<Grid>,
    num_steps: usize,
) -> Result<Vec<Grid>, QueryError> {
    let group = node.matching.as_ref().and_then(|matching| matching.group.as_ref());
    let many_is_right = group.is_some_and(|group| group.side == GroupSide::Right);
    let (many, one) = if many_is_right { (right, left) } else { (left, right) };
    let ones = groups(node, &one);
    let mut result: Table<Vec<Option<f64>>> = Table::default();
    let mut keys: Vec<_> = groups(node, &many).into_iter().collect();
    keys.sort_unstable();
    // An ambiguous side is an error whether or not it has a partner.
    let mut one_groups: Vec<_> = ones.iter().collect();
    one_groups.sort_unstable();
    for (_, members) in one_groups.into_iter().filter(|(_, members)| members.len() > 1) {
        for step in 0..num_steps {
            only(node, &one, members, step, true)?;
        }
    }
    for (key, many_members) in keys {
        let Some(one_members) = ones.get(&key) else { continue };
        for step in 0..num_steps {
            let Some((partner, right)) = only(node, &one, one_members, step, true)? else {
                continue;
            };
            if group.is_none() {
                only(node, &many, &many_members, step, false)?;
            }
            for at in &many_members {
                let Some(left) = many[*at].at(step) else { continue };
                let (first, second) = if many_is_right { (right, left) } else { (left, right) };
                let Some(value) = node.apply(first, second, first) else { continue };
                let labels = node.labels(&many[*at].labels, &one[partner].labels);
                let values = result.entry(labels);
                values.resize(num_steps, None);
                match &mut values[step] {
                    slot @ None => *slot = Some(value),
                    Some(_) => {
                        return Err(QueryError::of_data(
                            node.span,
                            "multiple matches for labels: grouping labels must ensure unique \
                             matches",
                        ));
                    }
                }
            }
        }
    }
    Ok(sorted(result))
}

/// The one series of a match group that has a value at a step.
fn only(
    node: &BinaryNode,
    grids: &[Grid],
    members: &[usize],
    step: usize,
    is_one_side: bool,
) -> Result<Option<(usize, f64)>, QueryError> {
    let mut found = None;
    for at in members {
        let Some(value) = grids[*at].at(step) else { continue };
        if found.is_some() {
            let message = if is_one_side {
                format!(
                    "found duplicate series for the match group of {}: many-to-many matching is \
                     not allowed, name more labels in on(…)",
                    grids[*at].labels
                )
            } else {
                format!(
                    "multiple matches for {}: many-to-one matching must be asked for with \
                     group_left or group_right",
                    grids[*at].labels
                )
            };
            return Err(QueryError::of_data(node.span, message));
        }
        found = Some((*at, value));
    }
    Ok(found)
}
