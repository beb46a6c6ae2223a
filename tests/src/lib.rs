//! What the end-to-end tests are made of: the release relay, a real browser, the log generator.
//!
//! `cargo xtask test` builds `target/release/logpane` first; on its own, run `cargo xtask dist`
//! before `cargo test --package tests`.

mod browser;
mod client;
mod driver;
mod files;
mod firefox;
mod gate;
mod pusher;
mod question;
mod relay;
mod screens;
mod sink;
mod visit;
mod voice;
mod wait;
mod written;

pub use browser::{Browser, Page};
pub use client::Client;
pub use files::Files;
pub use firefox::Firefox;
pub use gate::Gate;
pub use pusher::Pusher;
pub use question::{Question, compare, questions};
pub use relay::{Answer, Relay, root};
pub use screens::{Look, SCREENS, Screen, every_look};
pub use sink::Sink;
pub use visit::{LOADED_LATER, first_visit_bytes};
pub use voice::{LiveVoice, Voice};
pub use wait::{wait_async, wait_for};
pub use written::Written;
