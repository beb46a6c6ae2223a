//! From bytes to heads. One thread owns the followed files, the journal and the detectors; a
//! second one packs chunks and syncs, a third one unpacks what was rotated when there is something.
//!
//! [`core`] is the deterministic part: given the same journal records it does the same, which is
//! what makes the journal replayable. [`thread`] drives it from files, pushes and the clock.

mod behind;
pub(crate) mod core;
mod follow;
mod keeper;
mod lost;
mod pipes;
mod post;
mod prepared;
mod push;
mod reading;
mod replace;
mod rotation;
mod said;
mod seal;
pub(crate) mod sessions;
mod spare;
mod stdin;
mod take_up;
mod thread;

pub(crate) use prepared::Prepared;
pub(crate) use said::SaidBook;
pub(crate) use thread::{Command, spawn};
