//! Ties the parts of the page to what it knows: asks when the view changes, follows the relay,
//! hears the keys.

mod asking;
mod body;
mod holding;
mod keys;
mod notices;
mod sharing;
mod shell;

pub use shell::Page;
