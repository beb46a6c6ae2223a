//! The page that makes a report: a program of its own, so that who only reads logs does not load
//! it. Its worker reads what a view selects, takes out what redaction finds, and writes one HTML
//! file; nothing leaves the browser but that file.

mod app;
mod asked;
mod contents;
mod file;
mod gather;
mod lines;
mod make;
mod maker;
mod message;
mod page;
mod paste;
mod redaction;
mod say;
mod state;
mod viewer;
pub mod worker;

pub use app::App;
