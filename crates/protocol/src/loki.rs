//! Loki's HTTP API, the JSON of it.

use std::collections::BTreeMap;

use crate::place::FileRange;
use model::Labels;
use serde::{Deserialize, Serialize};

/// Body of `POST /loki/api/v1/push`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub streams: Vec<PushStream>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushStream {
    pub stream: Labels,
    pub values: Vec<PushValue>,
}

/// `["<ns>", "line"]` or `["<ns>", "line", {metadata}]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PushValue {
    WithMetadata(String, String, BTreeMap<String, String>),
    Plain(String, String),
}

/// `{"status":"success","data":…}`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response<T> {
    pub status: Success,
    /// What makes the answer less than was asked for.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    pub data: T,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Success {
    #[default]
    Success,
}

impl<T> Response<T> {
    pub const fn new(data: T) -> Self {
        Self { status: Success::Success, warnings: Vec::new(), data }
    }
}

/// `data` of `query` and `query_range`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryData {
    #[serde(flatten)]
    pub result: QueryResult,
    /// The flags of the request that were followed.
    #[serde(default, rename = "encodingFlags", skip_serializing_if = "Vec::is_empty")]
    pub encoding_flags: Vec<String>,
    #[serde(default)]
    pub stats: serde_json::Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub enum QueryResult {
    Streams(Vec<StreamResult>),
    Matrix(Vec<MatrixSeries>),
    Vector(Vec<VectorSample>),
    /// Seconds, value.
    Scalar((f64, String)),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamResult {
    pub stream: Labels,
    pub values: Vec<StreamValue>,
}

/// Nanoseconds and line; a third element only for clients that ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StreamValue {
    Detailed(String, String, EntryDetails),
    Plain(String, String),
}

/// What a client gets of an entry besides its line, each only when it asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryDetails {
    /// With [`CATEGORIZE_FLAG`], structured metadata; the stream's labels are those of the stream
    /// alone then.
    #[serde(default, rename = "structuredMetadata", skip_serializing_if = "BTreeMap::is_empty")]
    pub structured_metadata: BTreeMap<String, String>,
    /// With [`CATEGORIZE_FLAG`], what stages of the query set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parsed: BTreeMap<String, String>,
    /// With [`DETAILS_FLAG`], the order over all streams.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub arrival: String,
    /// With [`DETAILS_FLAG`], the fields that Logpane found itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// With [`DETAILS_FLAG`], where it stands in the file it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRange>,
}

/// The header in which Loki's clients ask for other encodings; a Loki ignores flags it does not
/// know.
pub const FLAGS_HEADER: &str = "x-loki-response-encoding-flags";
/// Asks for what Loki's shape has no place for.
pub const DETAILS_FLAG: &str = "logpane-details";
/// Asks for labels of the stream, structured metadata and parsed labels apart.
pub const CATEGORIZE_FLAG: &str = "categorize-labels";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixSeries {
    pub metric: Labels,
    /// Seconds, value.
    pub values: Vec<(f64, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VectorSample {
    pub metric: Labels,
    /// Seconds, value.
    pub value: (f64, String),
}

/// `GET /loki/api/v1/index/stats`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexStats {
    pub streams: u64,
    pub chunks: u64,
    pub bytes: u64,
    pub entries: u64,
    /// What makes the answer less than was asked for; not Loki's, left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// `GET /loki/api/v1/detected_labels`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedLabels {
    #[serde(rename = "detectedLabels")]
    pub detected_labels: Vec<DetectedLabel>,
    /// What makes the answer less than was asked for; not Loki's, left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedLabel {
    pub label: String,
    /// How many values.
    pub cardinality: u64,
}

/// `GET /loki/api/v1/detected_fields`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedFields {
    pub fields: Vec<DetectedField>,
    /// The most fields that were asked for.
    pub limit: usize,
    /// What makes the answer less than was asked for; not Loki's, left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedField {
    pub label: String,
    /// `string`, `int`, `float`, `boolean`, `duration` or `bytes`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many values.
    pub cardinality: u64,
    /// The stages that find it; None: it is there without one.
    pub parsers: Option<Vec<String>>,
    /// Where it stands in a JSON document.
    #[serde(default, rename = "jsonPath", skip_serializing_if = "Vec::is_empty")]
    pub json_path: Vec<String>,
}

/// `GET /loki/api/v1/detected_field/NAME/values`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetectedValues {
    pub values: Vec<String>,
    /// The most values that were asked for.
    pub limit: usize,
    /// What makes the answer less than was asked for; not Loki's, left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One of `data` of `GET /loki/api/v1/patterns`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// As `|>` takes it.
    pub pattern: String,
    /// Seconds, lines.
    pub samples: Vec<(i64, u64)>,
}

/// A message of `/loki/api/v1/tail`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailMessage {
    pub streams: Vec<StreamResult>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped_entries: Vec<DroppedEntry>,
    /// What makes the answer less than was asked for; not Loki's, left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Entries that a client was too slow for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedEntry {
    /// Nanoseconds.
    pub timestamp: String,
    pub labels: Labels,
}
