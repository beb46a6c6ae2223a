//! `journal`: the entries of systemd's journal, as the system's `journalctl -o json` gives them.

mod entry;
mod watch;

pub use watch::JournalJob;
pub(crate) use watch::watch;
