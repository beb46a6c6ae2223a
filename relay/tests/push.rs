//! What clients push, body by body: Loki's API and OTLP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "push/bodies.rs"]
mod bodies;
#[path = "push/hostile.rs"]
mod hostile;
#[path = "push/limits.rs"]
mod limits;
#[path = "push/loki.rs"]
mod loki;
#[path = "push/messages.rs"]
mod messages;
#[path = "push/otlp.rs"]
mod otlp;
#[path = "push/world.rs"]
mod world;
