//! Metric queries: from entries to numbers over time.

mod binary;
mod deltas;
mod grid;
mod group;
mod leaf;
mod node;
mod quantile;
mod replace;
mod samples;
mod series_key;
mod sliding;
mod steps;
mod summary;
mod table;
mod vector;

pub(crate) use binary::{BinaryNode, of_numbers};
pub(crate) use grid::{Grid, Value};
pub(crate) use leaf::{Leaf, LeafState, Pushed};
pub(crate) use node::{Context, LabelReplaceNode, Node};
pub(crate) use series_key::SeriesKey;
pub(crate) use steps::{Steps, Window};
pub(crate) use vector::VectorNode;
