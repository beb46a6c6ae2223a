//! Changes to a query's text, for filtering by a click. Each takes the text and returns the text
//! with as little changed as possible; in a metric query every selector is changed alike. A text
//! that is no query cannot be changed, except an empty one.

mod filter;
mod line;
mod matcher;
mod place;

pub use filter::add_label_filter;
pub use line::add_line_filter;
pub use matcher::add_label_matcher;
pub use place::literal;
pub(crate) use place::logs;
