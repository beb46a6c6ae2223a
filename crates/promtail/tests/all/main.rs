//! Promtail's stages, relabelling and files, as tables.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod relabelling;
mod stages;
mod times;
mod world;
