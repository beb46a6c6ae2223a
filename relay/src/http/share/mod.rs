//! Read-only links: `owned` are the routes of who makes them, `held` those of who was given one.

mod held;
mod owned;
mod tail;

pub use held::routes as held;
pub use owned::routes as owned;
pub use tail::TAIL_PATH;
