//! Where entries are sent on to, as the status tells it.

use serde::{Deserialize, Serialize};

/// One destination, since the relay started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    pub name: String,
    /// Without a password.
    pub url: String,
    /// Entries that it took.
    pub sent: u64,
    /// Entries that it would not take at any time; they are kept here.
    pub refused: u64,
    /// Entries that came in and were not sent yet.
    pub waiting: u64,
    /// Why it takes nothing at the moment, or why it refused what it refused last.
    pub error: Option<String>,
}
