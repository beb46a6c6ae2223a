//! HTTP: the viewer, its API and Loki's, one file for each area.

mod app;
mod blocking;
mod body;
mod chunks;
mod config;
mod cors;
mod doctor;
mod error;
mod follow;
mod guard;
mod heads;
mod index;
mod loki;
mod metrics;
mod otlp;
mod params;
mod place;
mod ready;
mod receive;
mod reload;
mod routes;
mod share;
mod socket;
mod sources;
mod status;
mod tail;
mod viewer;

pub use app::{App, FOLLOW_KEY_HEADER, FollowRequest};
pub use error::ApiError;
pub use loki::{Flags, default_step, encode_response, now_ns, number};
pub use params::parse_time;
pub use routes::routes;
