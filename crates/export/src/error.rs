use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why entries cannot go into a report.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum ExportError {
    #[error(
        "the selection has more than {} MiB of lines, which no browser opens as one file: narrow \
         the time or the query",
        limit >> 20
    )]
    TooLarge { limit: usize },
    #[error("cannot filter: {message}")]
    Filter { message: String },
}
