//! What one request of the Loki API may ask for, and how long it may take.

use std::time::Duration;

/// Loki's default everywhere: whoever raises one there raises it here.
pub const DEFAULT_MAX_ENTRIES: usize = 5000;
pub const DEFAULT_MAX_SERIES: usize = 500;
/// Also the most that can be set: no query is laid out over more steps.
pub const DEFAULT_MAX_POINTS: usize = 11_000;
pub const DEFAULT_MAX_QUERY_LENGTH: &str = "721h";
pub const DEFAULT_QUERY_TIMEOUT: &str = "1m";
/// Loki's.
pub const DEFAULT_MAX_TAILS: usize = 10;
/// Loki's limit of active streams.
pub const DEFAULT_MAX_STREAMS: usize = 5000;

/// As the engine has it by default.
pub const DEFAULT_MAX_RESULT_BYTES: &str = "256MiB";

/// A longer query text is refused unread, as Loki does.
pub const MAX_QUERY_BYTES: usize = 128 * 1024;

/// What one request may ask for. The viewer evaluates in the browser and knows none of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most entries a log query may ask for.
    pub max_entries: usize,
    /// The most series a metric query may give.
    pub max_series: usize,
    /// The most points of each series.
    pub max_points: usize,
    /// The longest time range; None: any.
    pub max_query_length: Option<Duration>,
    /// How long a query may wait and run.
    pub query_timeout: Duration,
    /// The most live tails at once.
    pub max_tails: usize,
    /// A push starts no stream beyond this many: a label that differs from line to line would
    /// take a stream's memory for each line.
    pub max_streams: usize,
    /// What the evaluation of one query may hold in memory.
    pub engine: logql::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_entries: DEFAULT_MAX_ENTRIES,
            max_series: DEFAULT_MAX_SERIES,
            max_points: DEFAULT_MAX_POINTS,
            max_query_length: Some(Duration::from_secs(721 * 3600)),
            query_timeout: Duration::from_secs(60),
            max_tails: DEFAULT_MAX_TAILS,
            max_streams: DEFAULT_MAX_STREAMS,
            engine: logql::Limits::default(),
        }
    }
}
