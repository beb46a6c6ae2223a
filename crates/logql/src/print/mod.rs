//! Tree to text: one canonical spelling, which reads back as the same tree.

mod log;
mod metric;
mod scalar;

pub(crate) use scalar::quote;
