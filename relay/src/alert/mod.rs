//! Alerts: rule files evaluated over what the store takes, and told to those who want to know.
//!
//! One thread evaluates (`runner`): it reads the files again when they change, takes what is new
//! from the store, goes on with the states of `crates/alert` and writes them down before anything
//! is told. Each Alertmanager and each receiver has a thread of its own and a mailbox, so that a
//! slow one holds up nobody.
//!
//! ```text
//! DIR/alerts/states.json          the state of each rule, replaced as a whole
//! DIR/alerts/receiver-NAME.json   what that receiver was told and is to be told
//! DIR/alerts/history.jsonl        what began, fired and ended
//! DIR/alerts/deliveries.jsonl     what was sent to whom, and what came back
//! ```

mod board;
mod check;
mod courier;
mod evidence;
mod feed;
mod files;
mod group;
mod log;
mod mailbox;
mod managers;
mod options;
mod post;
mod runner;
mod saved;
mod trial;

pub use board::{Alerts, Figures, GroupNow};
pub use check::{Checked, check};
pub use options::{AlertOptions, Channel, OptionError, parse_quiet};
pub(crate) use options::{alertmanager, receiver};
