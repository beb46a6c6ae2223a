//! The labels of a file, from its path alone, so that they never change while it is read.

mod apps;
mod path;

pub use path::{PathLabels, Rule, from_path};
