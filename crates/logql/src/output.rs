use model::Labels;
use serde::{Deserialize, Serialize};

/// What a query gives, complete or so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub output: Output,
    pub stats: Stats,
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// In the query's direction; equal timestamps by arrival.
    Rows(Vec<Row>),
    /// Range queries: sorted by labels.
    Matrix(Vec<Series>),
    /// Instant queries: sorted by labels, or as `sort` and `topk` put them.
    Vector(Vec<Sample>),
    Scalar(f64),
}

impl Output {
    /// Whether there is nothing to show. A number always is something.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Rows(rows) => rows.is_empty(),
            Self::Matrix(series) => series.is_empty(),
            Self::Vector(samples) => samples.is_empty(),
            Self::Scalar(_) => false,
        }
    }
}

/// One entry of a log query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Nanoseconds since 1970.
    pub timestamp: i64,
    pub arrival: u64,
    /// As the pipeline left it.
    #[serde(with = "serde_bytes")]
    pub line: Vec<u8>,
    /// As it was stored, where the pipeline changed it.
    #[serde(with = "serde_bytes")]
    pub original: Option<Vec<u8>>,
    /// The labels of its stream.
    pub stream: Labels,
    /// What the pipeline left: stream labels, pushed metadata and parsed labels together. This
    /// is what Loki groups its answer by.
    pub labels: Labels,
    /// Where each of `labels` is from, in their order; empty when all are the stream's.
    pub origins: Vec<Origin>,
    /// Structured metadata as pushed.
    pub metadata: Vec<(String, String)>,
    /// Auto fields and the fields of its session.
    pub auto: Vec<(String, String)>,
}

/// Where a label of a row is from: what Loki's categorised answers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// A label of the stream.
    Stream,
    /// Pushed with the entry.
    Metadata,
    /// Set by a stage, or an error of one.
    Parsed,
}

impl Row {
    /// About what it takes in memory, in bytes: what `Limits::max_row_bytes` counts.
    pub fn num_bytes(&self) -> usize {
        let labels = self.labels.iter().map(|(name, value)| name.len() + value.len());
        let original = self.original.as_ref().map_or(0, Vec::len);
        size_of::<Self>() + self.line.len() + original + labels.sum::<usize>()
    }

    /// The labels that are from `origin`, as the pipeline left them.
    pub fn labels_from(&self, origin: Origin) -> impl Iterator<Item = (&str, &str)> {
        let origins = self.origins.iter().copied().chain(std::iter::repeat(Origin::Stream));
        let labels = self.labels.iter().zip(origins);
        labels.filter(move |(_, from)| *from == origin).map(|(label, _)| label)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub labels: Labels,
    /// Nanoseconds since 1970 and value, ascending; steps without a value are left out.
    pub samples: Vec<(i64, f64)>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub labels: Labels,
    pub timestamp: i64,
    pub value: f64,
}

/// What a run has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Entries in range that were looked at.
    pub entries: u64,
    /// Entries that came out of the pipeline (may be more than the limit keeps).
    pub matched: u64,
    /// Bytes of lines looked at.
    pub line_bytes: u64,
    /// First and last timestamp of the entries looked at.
    pub first: Option<i64>,
    pub last: Option<i64>,
}

impl Stats {
    /// Adds what another run has seen.
    pub fn merge(&mut self, other: &Self) {
        self.entries += other.entries;
        self.matched += other.matched;
        self.line_bytes += other.line_bytes;
        let both = |a: Option<i64>, b: Option<i64>, pick: fn(i64, i64) -> i64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (one, other) => one.or(other),
        };
        self.first = both(self.first, other.first, i64::min);
        self.last = both(self.last, other.last, i64::max);
    }
}
