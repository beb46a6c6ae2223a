//! The stages, one a file, or one family where they are small.

mod build;
mod cri;
mod drop;
mod json;
mod labels;
mod limit;
mod logfmt;
mod matches;
mod metrics;
mod moment;
mod multiline;
mod output;
mod pack;
mod regex;
mod replace;
mod sampling;
mod template;
mod timestamp;

pub(crate) use build::{build, size};
