//! Sends what comes in on to another Loki, for those who keep one besides.
//!
//! The store is the queue: each destination has a thread and a place in the arrival numbers
//! (`DIR/forward/NAME.json`), which moves when the other side has taken what lies before it. It
//! begins where it was configured first, waits for as long as nobody answers, and goes on there
//! after a restart. An entry is sent when no further lines can extend it any more.

mod batch;
mod destination;
mod place;
mod sender;
mod standing;

pub use destination::{Destination, DestinationError};
pub(crate) use place::begin;
pub(crate) use sender::run;
pub use standing::{Standing, Standings};
