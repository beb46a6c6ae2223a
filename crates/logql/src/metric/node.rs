//! The part of a metric query above its range aggregations.

use regex::Regex;

use super::binary::BinaryNode;
use super::grid::{Grid, Value};
use super::leaf::{Leaf, LeafState};
use super::steps::Steps;
use super::vector::VectorNode;
use super::{binary, replace, vector};
use crate::{QueryError, Span};

/// A metric query as a tree over its range aggregations.
#[derive(Debug)]
pub(crate) enum Node {
    /// The position among the query's range aggregations.
    Leaf(usize),
    Number(f64),
    VectorLiteral(f64),
    Vector(Box<VectorNode>),
    Binary(Box<BinaryNode>),
    LabelReplace(Box<LabelReplaceNode>),
}

#[derive(Debug)]
pub(crate) struct LabelReplaceNode {
    pub(crate) inner: Node,
    pub(crate) dst: String,
    pub(crate) replacement: String,
    pub(crate) src: String,
    /// Matches whole values only.
    pub(crate) regex: Regex,
    pub(crate) span: Span,
}

/// What a tree is evaluated over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) leaves: &'a [Leaf],
    pub(crate) states: &'a [LeafState],
    pub(crate) steps: &'a Steps,
}

impl Node {
    /// Whether the order of an instant result means something.
    pub(crate) fn orders_result(&self) -> bool {
        match self {
            Self::Vector(vector) => vector.orders_result(),
            _ => false,
        }
    }

    /// Series come in order of their labels, unless the node is about their order.
    pub(crate) fn evaluate(&self, context: Context<'_>) -> Result<Value, QueryError> {
        let Context { leaves, states, steps } = context;
        Ok(match self {
            Self::Leaf(at) => {
                let mut grids = match (leaves.get(*at), states.get(*at)) {
                    (Some(leaf), Some(state)) => leaf.evaluate(state, steps),
                    _ => Vec::new(),
                };
                grids.sort_by(|a, b| a.labels.cmp(&b.labels));
                Value::Series(grids)
            }
            Self::Number(number) => Value::Scalar(*number),
            Self::VectorLiteral(number) => Value::Series(vec![Grid {
                labels: model::Labels::new(),
                values: vec![Some(*number); steps.len()],
            }]),
            Self::Vector(node) => {
                let grids = node.inner.evaluate(context)?.into_series(steps.len());
                Value::Series(vector::aggregate(node, grids, steps.len()))
            }
            Self::Binary(node) => {
                let left = node.left.evaluate(context)?;
                let right = node.right.evaluate(context)?;
                binary::evaluate(node, left, right, steps.len())?
            }
            Self::LabelReplace(node) => {
                let grids = node.inner.evaluate(context)?.into_series(steps.len());
                Value::Series(replace::label_replace(node, grids)?)
            }
        })
    }
}
