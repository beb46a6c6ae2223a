//! Alerts, pure: rule files of Loki's ruler, the texts and states of alerts, and what is sent to
//! whom and when. Whoever calls reads the files, asks the time and opens the sockets.
//!
//! `rule` reads and prints files, `state` follows the alerts of a rule from evaluation to
//! evaluation, `incremental` keeps an evaluation as cheap as what is new, `dry_run` asks when a
//! rule would have fired, `view` is what Loki's API shows, `send` makes the bodies for each
//! receiver and `schedule` says when they go out. `presets` come with the product.

mod dry_run;
mod incremental;
mod labels;
mod number;
pub mod presets;
mod record;
pub mod rule;
pub mod schedule;
pub mod send;
mod state;
mod text;
mod time;
pub mod view;

pub use dry_run::{Firing, dry_run};
pub use incremental::{Incremental, Missing};
pub use labels::fingerprint;
pub use record::recorded;
pub use rule::{Group, Kind, Rule, RuleFile, RuleSpec};
pub use state::{ActiveAlert, AlertState, Change, Context, EvaluationError, Health, RuleState};
pub use text::{Text, TextError};
