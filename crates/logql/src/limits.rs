//! What a query may cost, so that none takes the relay or a worker down. Each limit has an error
//! of its own that says what would be possible.

use crate::{QueryError, Span};

/// A longer query text is not read. As Loki's.
pub const MAX_QUERY_BYTES: usize = 131_072;

/// How deep parentheses may stand in each other: more than anyone writes, and few enough for the
/// stack of a browser's worker.
pub const MAX_DEPTH: usize = 100;

/// How many operators, commas and comparisons a query may hold: chains such as `a or b or c`
/// become as deep as they are long.
pub const MAX_OPERATORS: usize = 1000;

/// How many regular expressions a query may hold; each may take up to
/// `model::go_regex::MAX_REGEX_BYTES`.
pub const MAX_REGEXES: usize = 100;

/// At how many points in time a metric query may be evaluated. As Loki's.
pub const MAX_POINTS: i64 = 11_000;

/// How deep a template may go, into blocks, parentheses and other templates taken together.
pub const MAX_TEMPLATE_DEPTH: usize = 100;

/// A template writes no longer text than this, and no function in it makes one.
pub const MAX_TEMPLATE_BYTES: usize = 8 << 20;

/// How much work filling in a template for one entry may be: the bytes that its values are moved
/// through, and some for each step and each round of `range`.
pub const MAX_TEMPLATE_WORK: usize = 64 << 20;

/// Memory that a run may take. What does not fit is an error, never a silently smaller answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Series times points, over all range aggregations of a query, before anything above them
    /// makes them fewer. Each takes about 32 bytes. Fewer protect a small machine, more allow
    /// finer steps over many series. 10 million by default.
    pub max_values: usize,
    /// Unwrapped numbers that are kept until the result is made; each takes 24 bytes. 20 million
    /// by default.
    pub max_samples: usize,
    /// Bytes of the rows a log query keeps. 256 MiB by default.
    pub max_row_bytes: usize,
}

impl Limits {
    /// Refuses rows that take this many bytes together, see [`crate::Row::num_bytes`].
    pub fn check_rows(&self, num_bytes: usize) -> Result<(), QueryError> {
        if num_bytes <= self.max_row_bytes {
            return Ok(());
        }
        let message = format!(
            "the entries of the answer take more than {} MiB, expected a smaller limit",
            self.max_row_bytes >> 20
        );
        Err(QueryError::new(Span::default(), message))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_values: 10_000_000, max_samples: 20_000_000, max_row_bytes: 256 << 20 }
    }
}
