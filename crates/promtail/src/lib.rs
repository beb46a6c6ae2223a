//! Promtail's configuration file, and what it says to do with lines.
//!
//! ```
//! use promtail::{Environment, Entry, Outcome, Pipeline, config};
//!
//! let file = config::read(
//!     "scrape_configs:\n- job_name: app\n  static_configs:\n  - labels: {__path__: /var/log/*.log}\n  \
//!      pipeline_stages:\n  - regex: {expression: '^(?P<level>\\w+) '}\n  - labels: {level: }\n",
//! );
//! assert!(file.problems.is_empty());
//! let mut pipeline = Pipeline::new(&file.jobs[0].pipeline_stages, &Environment::utc()).unwrap();
//! let mut out = Vec::new();
//! pipeline.push(Entry::new([("job", "app")].into(), 0, "INFO ready"), 0, &mut out);
//! let [Outcome::Entry(entry)] = out.as_slice() else { panic!() };
//! assert_eq!(entry.labels.to_string(), r#"{job="app", level="INFO"}"#);
//! ```
//!
//! A file is read leniently: what cannot be used is named with its line and column, and every job
//! that is right can be run. Stages do what Promtail's do, with two differences: time is passed in,
//! and nothing ever waits (`limit` without `drop` lets entries pass, since there is no network to
//! spare).

pub mod config;
mod entry;
mod environment;
mod expand;
mod inspect;
mod metrics;
mod pattern;
mod pipeline;
pub mod positions;
mod relabel;
mod stages;
mod targets;
mod value;

pub use entry::{Entry, Origin, Outcome};
pub use environment::Environment;
pub use expand::expand;
pub use inspect::Inspector;
pub use pipeline::Pipeline;
pub use relabel::{Relabel, relabel};
pub use targets::{Target, targets};
pub use value::Value;
