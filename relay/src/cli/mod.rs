//! The command line: one file for each command.

mod args;
mod browser;
mod check;
mod client;
mod color;
mod demo;
mod dispatch;
mod failure;
mod handover;
mod limits;
mod open;
mod print;
mod query;
mod remarks;
mod serve;
mod sources;
mod tail;
mod times;

pub use args::{Cli, RawConfig};
pub use dispatch::run;
