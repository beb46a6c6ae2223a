//! The stages of a pipeline, one file each.

mod decolorize;
mod escape;
mod extract;
mod format;
mod json;
mod label_filter;
mod logfmt;
mod pattern;
mod pick;
mod regexp;
mod unwrap;

pub(crate) use decolorize::decolorize;
pub use decolorize::strip_escapes;
pub(crate) use extract::{Extract, Wanted, push_nested_name};
pub(crate) use format::{LabelFormat, LineFormat};
pub(crate) use json::{Json, PickedJson, unpack};
pub(crate) use label_filter::LabelFilter;
pub(crate) use logfmt::Logfmt;
pub(crate) use pattern::Pattern;
pub(crate) use pick::Pick;
pub(crate) use regexp::Regexp;
pub(crate) use unwrap::Unwrap;
