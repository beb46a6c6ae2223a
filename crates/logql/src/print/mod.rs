//! Tree to text: one canonical spelling, which reads back as the same tree.

mod layout;
mod log;
mod metric;
mod scalar;

pub use layout::format;
pub(crate) use scalar::quote;
