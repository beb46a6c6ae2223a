//! The detector from outside.

mod captured;
mod pieces;
mod rules;
mod support;
