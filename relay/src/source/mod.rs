//! Files as they are on disk: which ones to follow, which is which after a rotation, and what has
//! been appended.

mod identity;
mod paths;
mod state;
mod tail;
mod users;
mod watch;

pub(crate) use identity::{FileId, PREFIX_BYTES, Prefix};
pub(crate) use paths::{Patterns, Refusal, is_binary, is_gzip, is_unpacked_text, refuse};
pub(crate) use state::FileState;
pub(crate) use tail::{Growth, Tail, mtime, starts_with};
pub(crate) use users::user_names;
pub(crate) use watch::Watch;
