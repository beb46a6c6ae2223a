//! The viewer: the page and its query workers. `bin/app.rs` is thin and starts either.

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
