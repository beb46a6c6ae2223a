//! The command line: one file for each command.

mod alerts;
mod args;
mod browser;
mod check;
mod client;
mod color;
mod demo;
mod dispatch;
mod dry_run;
mod export;
mod failure;
mod handover;
mod limits;
mod open;
mod print;
mod promtail;
mod query;
mod remarks;
mod retention;
mod run;
mod serve;
mod settle;
mod share;
mod sources;
mod tail;
mod times;

pub use args::{Cli, RawConfig};
pub use dispatch::run;
pub(crate) use dispatch::say;
pub use promtail::arguments;
