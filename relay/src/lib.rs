//! The relay: follows files, stores their entries as chunks and serves them.

pub mod store;
