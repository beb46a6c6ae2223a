//! `sum by (level) (…)`, `topk(3, …)` and their like.

use std::cmp::Ordering;

use model::Labels;

use super::grid::Grid;
use super::group;
use super::node::Node;
use super::table::Table;
use crate::ast::{Grouping, VectorOp};

#[derive(Debug)]
pub(crate) struct VectorNode {
    pub(crate) op: VectorOp,
    /// The k of `topk` and its like.
    pub(crate) parameter: usize,
    pub(crate) inner: Node,
    pub(crate) grouping: Option<Grouping>,
}

impl VectorNode {
    pub(crate) const fn orders_result(&self) -> bool {
        matches!(
            self.op,
            VectorOp::Sort
                | VectorOp::SortDesc
                | VectorOp::Topk
                | VectorOp::Bottomk
                | VectorOp::ApproxTopk
        )
    }
}

pub(crate) fn aggregate(node: &VectorNode, mut grids: Vec<Grid>, num_steps: usize) -> Vec<Grid> {
    match node.op {
        VectorOp::Sort => {
            grids.sort_by(|a, b| by_first(a, b, false));
            grids
        }
        VectorOp::SortDesc => {
            grids.sort_by(|a, b| by_first(a, b, true));
            grids
        }
        VectorOp::Topk | VectorOp::ApproxTopk => pick(node, grids, num_steps, true),
        VectorOp::Bottomk => pick(node, grids, num_steps, false),
        _ => fold(node, &grids, num_steps),
    }
}

/// NaN comes last either way.
fn compare(a: f64, b: f64, descending: bool) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if descending => b.partial_cmp(&a).unwrap_or(Ordering::Equal),
        (false, false) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
    }
}

fn by_first(a: &Grid, b: &Grid, descending: bool) -> Ordering {
    match (a.at(0), b.at(0)) {
        (Some(a), Some(b)) => compare(a, b, descending),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// The k largest or smallest of each group, step by step; series keep their labels.
fn pick(node: &VectorNode, mut grids: Vec<Grid>, num_steps: usize, largest: bool) -> Vec<Grid> {
    let mut groups: Table<Vec<usize>> = Table::default();
    for (at, grid) in grids.iter().enumerate() {
        groups.entry(group::labels_of(&grid.labels, node.grouping.as_ref())).push(at);
    }
    let mut ranked: Vec<(f64, usize)> = Vec::new();
    for (_, members) in groups.iter() {
        for step in 0..num_steps {
            ranked.clear();
            ranked.extend(members.iter().filter_map(|at| Some((grids[*at].at(step)?, *at))));
            if ranked.len() <= node.parameter {
                continue;
            }
            ranked.sort_by(|a, b| compare(a.0, b.0, largest).then(a.1.cmp(&b.1)));
            for (_, at) in ranked.drain(node.parameter..) {
                grids[at].values[step] = None;
            }
        }
    }
    grids.retain(Grid::has_values);
    grids.sort_by(|a, b| by_first(a, b, largest));
    grids
}

/// One group at one step.
#[derive(Clone, Copy, Debug, Default)]
struct Folded {
    count: f64,
    sum: f64,
    mean: f64,
    spread: f64,
    min: f64,
    max: f64,
}

impl Folded {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        if self.count == 1.0 {
            self.min = value;
            self.max = value;
        }
        self.sum += value;
        let distance = value - self.mean;
        self.mean += distance / self.count;
        self.spread += distance * (value - self.mean);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    fn value(&self, op: VectorOp) -> f64 {
        match op {
            VectorOp::Avg => self.mean,
            VectorOp::Min => self.min,
            VectorOp::Max => self.max,
            VectorOp::Stddev => (self.spread / self.count).sqrt(),
            VectorOp::Stdvar => self.spread / self.count,
            VectorOp::Count => self.count,
            _ => self.sum,
        }
    }
}

fn fold(node: &VectorNode, grids: &[Grid], num_steps: usize) -> Vec<Grid> {
    let mut groups: Table<Vec<Folded>> = Table::default();
    for grid in grids {
        let labels: Labels = group::labels_of(&grid.labels, node.grouping.as_ref());
        let group = groups.entry(labels);
        group.resize(num_steps, Folded::default());
        for (folded, value) in group.iter_mut().zip(&grid.values) {
            if let Some(value) = value {
                folded.add(*value);
            }
        }
    }
    let value = |folded: &Folded| (folded.count > 0.0).then(|| folded.value(node.op));
    let mut folded: Vec<Grid> = groups
        .into_series()
        .into_iter()
        .map(|(labels, group)| Grid { labels, values: group.iter().map(value).collect() })
        .filter(Grid::has_values)
        .collect();
    folded.sort_by(|a, b| a.labels.cmp(&b.labels));
    folded
}
