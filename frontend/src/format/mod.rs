//! Numbers, sizes and times as a person reads them. Pure: zone offsets and words are handed in.

mod clock;
mod number;
mod path;
mod time;

pub use clock::{Clock, gmt_offset};
pub use number::{bytes, compact, duration_ms, grouped, value};
pub use path::file_name;
pub use time::{Civil, Parts, from_civil, input_value, parse_input, stamp};
