//! "Why is my line not here?": first what is stored, then the bytes of the followed files.

mod bytes;
mod diagnose;
mod entries;
mod needle;
mod reading;

pub use diagnose::diagnose;
