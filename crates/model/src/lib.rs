//! The nouns both sides of Logpane share: labels, matchers, batches of entries, time, sessions.
//!
//! Pure data. Nothing here reads a file, a socket or the clock, so that the relay, the browser's
//! worker and the tests all mean the same thing by the same word.

mod batch;
mod control;
mod fields;
pub mod go_regex;
mod labels;
mod matcher;
mod nearest;
mod pick;
mod places;
mod selector;
mod session;
mod time;
mod units;

pub use batch::{Batch, Columns, Entry, Lines};
pub use control::control_sequence_len;
pub use fields::{FieldColumn, Fields};
pub use labels::Labels;
pub use matcher::{MatchOp, Matcher};
pub use nearest::nearest;
pub use places::{Place, Places, SourceFile};
pub use selector::selector_text;
pub use session::{Boundary, Session, Sessions};
pub use time::{TimeRange, Timestamp};
pub use units::{
    UnitError, format_duration, parse_bytes, parse_duration, parse_value_bytes,
    parse_value_duration,
};
