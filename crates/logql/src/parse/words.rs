//! What the names of the language are, for colouring and for suggestions.

use super::label_filter::compare_op;
use super::token::Token;
use crate::ast::{RangeOp, VectorOp};

/// What may stand after a `|`, label filters aside.
pub(super) const STAGES: [&str; 11] = [
    "json",
    "logfmt",
    "pattern",
    "regexp",
    "unpack",
    "decolorize",
    "line_format",
    "label_format",
    "drop",
    "keep",
    "unwrap",
];

/// The stages of a pipeline.
pub fn stage_names() -> &'static [&'static str] {
    &STAGES
}

/// Whether a stage of this name needs nothing after it, so that what looks like its comparison is
/// the next line filter.
pub(crate) fn stands_alone(lower: &str) -> bool {
    matches!(lower, "json" | "logfmt" | "unpack" | "decolorize")
}

/// Everything that is followed by a parenthesis.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    RangeOp::names().chain(VectorOp::names()).chain(["vector", "label_replace"])
}

pub(crate) fn is_function(lower: &str) -> bool {
    let conversions = ["ip", "bytes", "duration", "duration_seconds"];
    function_names().chain(conversions).any(|name| name == lower)
}

/// Whether the word compares the label before it with what follows.
pub(crate) fn compares(word: &Token<'_>) -> bool {
    compare_op(word).is_some()
}
