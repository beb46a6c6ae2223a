//! Reports through the crate's public face.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod coding;
mod common;
mod fixture;
mod meter;
mod note;
mod page;
mod roundtrip;
