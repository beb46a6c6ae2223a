//! What the end-to-end tests are made of: the release relay, a real browser, the log generator.
//!
//! `cargo xtask test` builds `target/release/logpane` first; on its own, run `cargo xtask dist`
//! before `cargo test --package tests`.

mod browser;
mod client;
mod gate;
mod question;
mod relay;
mod visit;
mod voice;
mod wait;
mod written;

pub use browser::{Browser, Page};
pub use client::Client;
pub use gate::Gate;
pub use question::{Question, compare, questions};
pub use relay::{Answer, Relay, root};
pub use visit::first_visit_bytes;
pub use voice::{LiveVoice, Voice};
pub use wait::{wait_async, wait_for};
pub use written::Written;
