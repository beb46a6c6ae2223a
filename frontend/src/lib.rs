//! The viewer. `bin/app.rs` is the page, `bin/worker.rs` runs the queries; both are thin.

pub mod engine;
