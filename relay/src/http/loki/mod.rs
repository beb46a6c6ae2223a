//! Loki's API: `/loki/api/v1`, and the older `/api/prom`.

mod answer;
mod desk;
mod encode;
mod fields;
mod labels;
mod legacy;
mod parsers;
mod patterns;
mod push;
mod query;
mod request;
mod routes;
mod stats;
mod status;
mod tail;
mod volume;

pub use encode::{Flags, number, response as encode_response};
pub use request::{default_step, now_ns};
pub use routes::routes;
