//! Configuration files: Promtail's, which works unchanged, and Logpane's own.

mod alerting;
mod file;
mod forwarding;
mod import;
mod own;
mod positions;
mod promtail;
mod reload;
mod watches;

pub use alerting::Alerting;
pub use file::{ConfigFile, FileError, Loaded};
pub use import::{Import, import};
pub use own::{OwnConfig, OwnLimits};
pub use positions::{Positions, mark_imported};
pub use promtail::{PromtailFile, host_name};
pub use reload::reload;
pub use watches::Watches;
