//! What clients send: bodies of Loki's push API and of OTLP, as entries.
//!
//! Bytes in, entries out; nothing here opens a file or a socket or asks the time. Bodies are
//! hostile: they are read piece by piece and every piece is charged before it is kept, so that
//! memory stays within [`limits::MAX_TEXT_BYTES`] and a small multiple of the body, whatever the
//! body claims. That is also why protobuf is read by a reader of our own, which builds nothing:
//! a decoder that builds the whole message first makes 40 bytes of memory of 1 byte of body.
//!
//! What is wrong with one entry refuses that entry; what is wrong with the body refuses the body.
//! Nothing is dropped in silence: see [`Refused`].

mod body;
mod counts;
mod discover;
mod error;
mod intake;
mod json;
mod labels;
pub mod limits;
mod loki_json;
mod loki_proto;
pub mod otlp;
mod split;
mod unpack;
mod wire;

pub use body::{Format, loki};
pub use counts::Counts;
pub use discover::discover;
pub use error::PushError;
pub use intake::{Intake, Reason, Refused, Streams};
pub use unpack::unpack;
