//! The viewer. `bin/app.rs` is the page, `bin/worker.rs` runs the queries; both are thin.

pub mod app;
mod chart;
mod components;
pub mod engine;
mod format;
mod hooks;
mod i18n;
mod line;
mod page;
mod state;
mod virtual_rows;
mod words;
