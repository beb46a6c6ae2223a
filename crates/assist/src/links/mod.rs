//! A query as other tools take it.

mod command;
mod grafana;

pub use command::{Shell, command};
pub use grafana::{GrafanaView, grafana_link, read_grafana_link};

/// What is asked, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The address of the relay, without a slash at its end.
    pub address: &'a str,
    pub query: &'a str,
    /// RFC 3339, which all of them read; the start is in, the end is not.
    pub from: &'a str,
    pub to: &'a str,
}
