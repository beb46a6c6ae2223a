//! Line filters, over one line or over the buffer of a whole batch.

mod filter;
mod need;
mod scan;
mod wildcard;

pub(crate) use filter::LineFilter;
pub(crate) use need::{Literal, Need};
pub(crate) use scan::Selection;
pub(crate) use wildcard::Wildcard;
