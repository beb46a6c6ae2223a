//! `syslog`: a port of one's own that takes messages of RFC 5424 and RFC 3164, over TCP and UDP.
//!
//! What cannot be read as a message is kept as it came, as a line without a sender's name: whoever
//! sends it sees it here.

mod frames;
mod listen;
mod message;
mod watch;

pub(crate) use watch::watch;
pub use watch::{SyslogJob, Transport};
