use std::collections::BTreeMap;

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use yaml::Marked;

/// One stage of a pipeline, as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageConfig {
    Cri(Cri),
    Decolorize(Nothing),
    Docker(Nothing),
    Drop(Drop),
    Eventlogmessage(IgnoredAny),
    Geoip(IgnoredAny),
    Json(Json),
    Labelallow(Vec<String>),
    Labeldrop(Vec<String>),
    Labels(Names),
    Limit(Limit),
    Logfmt(Logfmt),
    Match(Match),
    Metrics(BTreeMap<String, Metric>),
    Multiline(Multiline),
    Output(Output),
    Pack(Pack),
    Regex(Regex),
    Replace(Replace),
    Sampling(Sampling),
    StaticLabels(BTreeMap<String, Option<String>>),
    #[serde(alias = "non_indexed_labels")]
    StructuredMetadata(Names),
    Template(Template),
    Tenant(Tenant),
    Timestamp(Timestamp),
}

impl StageConfig {
    /// As it is written in files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cri(_) => "cri",
            Self::Decolorize(_) => "decolorize",
            Self::Docker(_) => "docker",
            Self::Drop(_) => "drop",
            Self::Eventlogmessage(_) => "eventlogmessage",
            Self::Geoip(_) => "geoip",
            Self::Json(_) => "json",
            Self::Labelallow(_) => "labelallow",
            Self::Labeldrop(_) => "labeldrop",
            Self::Labels(_) => "labels",
            Self::Limit(_) => "limit",
            Self::Logfmt(_) => "logfmt",
            Self::Match(_) => "match",
            Self::Metrics(_) => "metrics",
            Self::Multiline(_) => "multiline",
            Self::Output(_) => "output",
            Self::Pack(_) => "pack",
            Self::Regex(_) => "regex",
            Self::Replace(_) => "replace",
            Self::Sampling(_) => "sampling",
            Self::StaticLabels(_) => "static_labels",
            Self::StructuredMetadata(_) => "structured_metadata",
            Self::Template(_) => "template",
            Self::Tenant(_) => "tenant",
            Self::Timestamp(_) => "timestamp",
        }
    }
}

/// Names and where each takes its value from; nothing: from what has the same name.
pub type Names = BTreeMap<String, Option<String>>;

/// `{}`, or nothing at all.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `a`, or `[a, b]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a name or a list of names")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![name.to_owned()]))
            }

            fn visit_u64<E: serde::de::Error>(self, name: u64) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![name.to_string()]))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> Result<OneOrMany, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = seq.next_element()? {
                    names.push(name);
                }
                if names.is_empty() {
                    return Err(A::Error::custom("a list of names must have one"));
                }
                Ok(OneOrMany(names))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regex {
    pub expression: Marked<String>,
    pub source: Option<String>,
    #[serde(default)]
    pub labels_from_groups: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Json {
    pub expressions: BTreeMap<String, Option<Marked<String>>>,
    pub source: Option<String>,
    #[serde(default)]
    pub drop_malformed: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logfmt {
    pub mapping: Names,
    pub source: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replace {
    pub expression: Marked<String>,
    pub source: Option<String>,
    #[serde(default)]
    pub replace: Marked<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Multiline {
    pub firstline: Marked<String>,
    pub max_wait_time: Option<Marked<String>>,
    pub max_lines: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    pub source: String,
    pub format: Marked<String>,
    #[serde(default)]
    pub fallback_formats: Vec<String>,
    pub location: Option<Marked<String>>,
    pub action_on_failure: Option<Marked<String>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub source: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub source: String,
    pub template: Marked<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    pub selector: Marked<String>,
    #[serde(default)]
    pub stages: Vec<Marked<StageConfig>>,
    pub action: Option<Marked<String>>,
    pub pipeline_name: Option<String>,
    pub drop_counter_reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drop {
    pub source: Option<OneOrMany>,
    pub separator: Option<String>,
    pub expression: Option<Marked<String>>,
    pub value: Option<Marked<String>>,
    pub older_than: Option<Marked<String>>,
    pub longer_than: Option<Marked<String>>,
    pub drop_counter_reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub rate: Marked<f64>,
    pub burst: Marked<u64>,
    #[serde(default)]
    pub drop: bool,
    pub by_label_name: Option<Marked<String>>,
    pub max_distinct_labels: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    pub rate: Marked<f64>,
    pub drop_counter_reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    #[serde(default)]
    pub labels: Vec<String>,
    pub ingest_timestamp: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    pub source: Option<String>,
    pub label: Option<String>,
    pub value: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cri {
    pub max_partial_lines: Option<usize>,
    pub max_partial_line_size: Option<usize>,
    #[serde(default)]
    pub max_partial_line_size_truncate: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    #[serde(rename = "type")]
    pub kind: MetricKind,
    #[serde(default)]
    pub description: String,
    pub source: Option<String>,
    pub prefix: Option<String>,
    pub max_idle_duration: Option<Marked<String>>,
    pub config: Marked<MetricConfig>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum MetricKind {
    #[serde(alias = "counter")]
    Counter,
    #[serde(alias = "gauge")]
    Gauge,
    #[serde(alias = "histogram")]
    Histogram,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricConfig {
    #[serde(default)]
    pub match_all: bool,
    #[serde(default)]
    pub count_entry_bytes: bool,
    pub value: Option<String>,
    pub action: Option<Marked<String>>,
    #[serde(default)]
    pub buckets: Vec<f64>,
}
