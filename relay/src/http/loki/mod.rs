//! Loki's API: `/loki/api/v1`, and the older `/api/prom`.

mod answer;
mod encode;
mod fields;
mod inflate;
mod labels;
mod legacy;
mod parsers;
mod push;
mod query;
mod request;
mod routes;
mod split;
mod stats;
mod status;
mod tail;
mod volume;

pub use encode::{Flags, number, response as encode_response};
pub use request::default_step;
pub use routes::routes;
