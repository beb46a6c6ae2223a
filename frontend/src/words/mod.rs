//! Sentences of the page, put together from values. Pure, so that their wording is tested.

mod coverage;
mod failure;
mod hint;
mod range;

pub use coverage::{Sentence, coverage};
pub use failure::failure;
pub use hint::hint;
pub use range::{length, range_label, span_label, time_parts};
