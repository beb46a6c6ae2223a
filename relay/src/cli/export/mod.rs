//! `logpane export`: what a query selects, as one HTML file with its viewer inside; and back.

mod back;
mod command;
mod gather;
mod origin;
mod pack;
mod review;

pub use back::{extract, verify};
pub use command::run;
