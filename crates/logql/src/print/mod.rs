//! Tree to text: one canonical spelling, which reads back as the same tree.

mod layout;
mod log;
mod metric;
mod quote;
mod scalar;

pub use layout::format;
pub(crate) use quote::{is_printed, quote, quoted};
