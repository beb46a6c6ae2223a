//! The viewer: the page and its query workers. `bin/app.rs` is thin and starts either;
//! `bin/exporting.rs` does so for the page that makes reports.

pub mod app;
mod chart;
mod components;
pub mod engine;
pub mod exporting;
mod format;
mod hooks;
mod i18n;
mod line;
mod page;
mod state;
mod virtual_rows;
mod words;
