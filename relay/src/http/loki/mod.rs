//! Loki's API under `/loki/api/v1`.

mod encode;
mod inflate;
mod labels;
mod push;
mod query;
mod request;
mod routes;
mod split;
mod status;

pub use encode::{Detail, number, response as encode_response};
pub use request::default_step;
pub use routes::routes;
