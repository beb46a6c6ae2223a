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
        Self { status: Success::Success, data }
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
    /// Nanoseconds, line.
    pub values: Vec<(String, String)>,
}

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
