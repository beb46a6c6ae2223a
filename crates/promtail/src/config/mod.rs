//! What stands in the file.

mod clients;
mod file;
mod journal;
mod relabel;
mod scrape;
mod stage;

pub use clients::{Authorization, Backoff, BasicAuth, Client};
pub use file::{File, Limits, Server, read};
pub use journal::Journal;
pub use relabel::{Action, RelabelConfig};
pub use scrape::{Decompression, DockerFilter, DockerSd, FileSd, Scrape, Syslog, TargetGroup};
pub use stage::{
    Cri, Drop, Json, Limit, Logfmt, Match, Metric, MetricConfig, MetricKind, Multiline, Names,
    Nothing, OneOrMany, Output, Pack, Regex, Replace, Sampling, StageConfig, Template, Tenant,
    Timestamp,
};
