//! Loki's HTTP API, the JSON of it.

use std::collections::BTreeMap;

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

/// What Loki's shape has no place for: the order over all streams and the fields that Logpane
/// found itself. Only in answers to requests that carry [`DETAILS_FLAG`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryDetails {
    #[serde(default)]
    pub arrival: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// The header in which Loki's clients ask for other encodings; a Loki ignores flags it does not
/// know.
pub const FLAGS_HEADER: &str = "x-loki-response-encoding-flags";
pub const DETAILS_FLAG: &str = "logpane-details";

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
