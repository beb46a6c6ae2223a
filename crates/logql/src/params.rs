use model::{Columns, Matcher, TimeRange};
use serde::{Deserialize, Serialize};

/// What is asked besides the query text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    pub kind: QueryKind,
    /// Log queries: the most entries to return.
    pub limit: usize,
    pub direction: Direction,
    /// Metric queries: more series than this is an error.
    pub max_series: usize,
    /// Log queries: go on after this (timestamp, arrival) in `direction`; the entry itself is not
    /// returned again.
    pub cursor: Option<(i64, u64)>,
}

/// Times in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueryKind {
    /// Log queries read [start, end); metric queries are evaluated at start, start + step … up to
    /// end inclusive.
    Range { start: i64, end: i64, step_ns: i64 },
    /// Metric queries only.
    Instant { at: i64 },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Newest first.
    #[default]
    Backward,
    Forward,
}

/// What one selector of the query needs, and no more. A plan has one for each selector; the
/// driver fetches it and pushes it under the same position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub matchers: Vec<Matcher>,
    /// Start inclusive, end exclusive, with range and offset applied.
    pub range: TimeRange,
    pub columns: Columns,
    /// An AND of ORs: of each inner list one byte string must occur in a line. Empty: no test.
    pub literals: Vec<Vec<Vec<u8>>>,
    /// The auto fields that may be used; `columns.auto` is false when there are none.
    pub fields: FieldNeeds,
    /// Log queries read the chunks in this order and may stop early; None: any order, all of it.
    pub order: Option<Direction>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FieldNeeds {
    #[default]
    None,
    Named(Vec<String>),
    /// Log queries return all fields of the entries they return.
    All,
}

/// Whether a run wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    More,
    /// Nothing at or beyond this timestamp, in the read's order, can change the result any more.
    Enough(i64),
}
