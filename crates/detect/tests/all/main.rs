//! The detector from outside.

mod captured;
mod catalogue;
mod pieces;
mod rules;
mod support;
