//! Ties the parts of the page to what it knows: asks when the view changes, follows the relay,
//! hears the keys.

mod asking;
mod body;
mod command;
mod holding;
mod keys;
mod notices;
mod palette;
mod sharing;
mod sheets;
mod shell;
mod sources;

pub use shell::Page;
