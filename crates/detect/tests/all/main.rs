//! The detector from outside.

mod captured;
mod catalogue;
mod pieces;
mod ranges;
mod rules;
mod support;
mod tally;
