//! The native driver of the engine: reads from the store what a plan asks for.
//!
//! The viewer does not come here, it evaluates in the browser. The Loki API and
//! `logpane query --data` do.

mod effort;
mod live;
mod message;
mod pages;
mod question;
mod rows;
mod run;
mod snapshot;
mod survey;

pub use effort::Effort;
pub use live::Live;
pub use message::query_message;
pub use pages::pages;
pub use question::Question;
pub use rows::rows;
pub use run::{RunError, is_log_query, run};
pub use snapshot::Gaps;
pub use survey::{Buckets, Held, Survey, survey};
