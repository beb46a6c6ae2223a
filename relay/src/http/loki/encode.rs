//! An outcome as Loki's JSON.

use std::collections::BTreeMap;

use logql::{Origin, Outcome, Output, Row};
use model::{Labels, Place};
use protocol::loki::{
    CATEGORIZE_FLAG, DETAILS_FLAG, EntryDetails, FLAGS_HEADER, MatrixSeries, QueryData,
    QueryResult, Response, StreamResult, StreamValue, Success, VectorSample,
};
use protocol::place::FileRange;
use warp::http::HeaderMap;

use crate::http::loki::stats;
use crate::query::Effort;

pub type QueryResponse = Response<QueryData>;

/// What a client wants of an entry besides labels and line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Labels of the stream, structured metadata and parsed labels apart.
    pub categorize: bool,
    /// What Loki's shape has no place for.
    pub details: bool,
}

impl Flags {
    pub fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(FLAGS_HEADER).and_then(|flags| flags.to_str().ok()).unwrap_or("");
        let has = |flag| text.split(',').any(|asked| asked.trim() == flag);
        Self { categorize: has(CATEGORIZE_FLAG), details: has(DETAILS_FLAG) }
    }

    fn names(self) -> Vec<String> {
        let names = [(self.categorize, CATEGORIZE_FLAG), (self.details, DETAILS_FLAG)];
        names.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name.to_owned()).collect()
    }
}

/// `at`: the time of a scalar, which has none of its own.
pub fn response(outcome: Outcome, effort: &Effort, at: i64, flags: Flags) -> QueryResponse {
    let stats = stats::of(&outcome, effort);
    let Outcome { output, warnings, .. } = outcome;
    let mut encoding_flags = Vec::new();
    let result = match output {
        Output::Rows(rows) => {
            encoding_flags = flags.names();
            QueryResult::Streams(streams(rows, flags))
        }
        Output::Matrix(series) => QueryResult::Matrix(
            series
                .into_iter()
                .map(|series| MatrixSeries {
                    metric: series.labels,
                    values: series
                        .samples
                        .iter()
                        .map(|(ts, v)| (seconds(*ts), number(*v)))
                        .collect(),
                })
                .collect(),
        ),
        Output::Vector(samples) => QueryResult::Vector(
            samples
                .into_iter()
                .map(|sample| VectorSample {
                    metric: sample.labels,
                    value: (seconds(sample.timestamp), number(sample.value)),
                })
                .collect(),
        ),
        Output::Scalar(value) => QueryResult::Scalar((seconds(at), number(value))),
    };
    Response {
        status: Success::Success,
        warnings,
        data: QueryData { result, encoding_flags, stats },
    }
}

/// Says of the entries of an answer where they stand in their files.
pub fn add_places(answer: &mut QueryResponse, places: &BTreeMap<u64, Place>) {
    let QueryResult::Streams(streams) = &mut answer.data.result else { return };
    for value in streams.iter_mut().flat_map(|stream| &mut stream.values) {
        if let StreamValue::Detailed(_, _, details) = value {
            let place = details.arrival.parse().ok().and_then(|arrival| places.get(&arrival));
            details.file = place.map(FileRange::from);
        }
    }
}

/// Grouped by what the pipeline left (or what it left of the stream's own labels), in order of
/// the labels; within a group as the engine ordered them.
pub fn streams(rows: Vec<Row>, flags: Flags) -> Vec<StreamResult> {
    let mut groups: BTreeMap<Labels, Vec<StreamValue>> = BTreeMap::new();
    for row in rows {
        let ts = row.timestamp.to_string();
        let line = String::from_utf8_lossy(&row.line).into_owned();
        let mut details = EntryDetails::default();
        if flags.details {
            details.arrival = row.arrival.to_string();
            details.fields = row.auto.iter().cloned().collect();
        }
        let labels = if flags.categorize {
            details.structured_metadata = from(&row, Origin::Metadata);
            details.parsed = from(&row, Origin::Parsed);
            row.labels_from(Origin::Stream).collect()
        } else {
            row.labels
        };
        let value = if flags == Flags::default() {
            StreamValue::Plain(ts, line)
        } else {
            StreamValue::Detailed(ts, line, details)
        };
        groups.entry(labels).or_default().push(value);
    }
    groups.into_iter().map(|(stream, values)| StreamResult { stream, values }).collect()
}

/// The labels of an entry that are from one place.
fn from(row: &Row, origin: Origin) -> BTreeMap<String, String> {
    let labels = row.labels_from(origin);
    labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Whole milliseconds, as Loki counts sample times.
pub fn seconds(ns: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are far below 2^53")]
    let ms = ns.div_euclid(1_000_000) as f64;
    ms / 1000.0
}

/// A number as Prometheus writes it: shortest form without exponent.
pub fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_without_exponent() {
        for (value, expected) in [
            (0.5, "0.5"),
            (1e6, "1000000"),
            (1e21, "1000000000000000000000"),
            (1e-7, "0.0000001"),
            (-0.0, "-0"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn rows_are_grouped_by_labels_and_keep_their_order() {
        let row = |timestamp, job: &str| Row {
            timestamp,
            line: vec![b'a', 0xff],
            labels: Labels::from([("job", job)]),
            ..Row::default()
        };
        let outcome = Outcome {
            output: Output::Rows(vec![row(3, "b"), row(2, "a"), row(1, "b")]),
            stats: logql::Stats::default(),
            warnings: vec![],
        };
        let response = response(outcome, &Effort::default(), 0, Flags::default());
        let json = serde_json::to_value(response).unwrap();
        assert_eq!(
            json["data"]["result"],
            serde_json::json!([
                {"stream": {"job": "a"}, "values": [["2", "a\u{fffd}"]]},
                {"stream": {"job": "b"}, "values": [["3", "a\u{fffd}"], ["1", "a\u{fffd}"]]},
            ])
        );
        assert_eq!(json["status"], "success");
    }
}
