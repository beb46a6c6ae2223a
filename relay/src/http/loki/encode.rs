//! An outcome as Loki's JSON.

use std::collections::BTreeMap;

use logql::{Outcome, Output, Row, Stats};
use model::Labels;
use protocol::loki::{
    EntryDetails, MatrixSeries, QueryData, QueryResult, Response, StreamResult, StreamValue,
    Success, VectorSample,
};

pub type QueryResponse = Response<QueryData>;

/// Whether the third element of a value is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Plain,
    Full,
}

/// `at`: the time of a scalar, which has none of its own.
pub fn response(outcome: Outcome, at: i64, detail: Detail) -> QueryResponse {
    let Outcome { output, stats, warnings } = outcome;
    let result = match output {
        Output::Rows(rows) => QueryResult::Streams(streams(rows, detail)),
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
        data: QueryData { result, stats: summary(&stats) },
    }
}

/// Grouped by what the pipeline left, in order of the labels; within a group as the engine
/// ordered them.
fn streams(rows: Vec<Row>, detail: Detail) -> Vec<StreamResult> {
    let mut groups: BTreeMap<Labels, Vec<StreamValue>> = BTreeMap::new();
    for row in rows {
        let ts = row.timestamp.to_string();
        let line = String::from_utf8_lossy(&row.line).into_owned();
        let value = match detail {
            Detail::Plain => StreamValue::Plain(ts, line),
            Detail::Full => {
                let fields = row.auto.into_iter().collect();
                StreamValue::Detailed(
                    ts,
                    line,
                    EntryDetails { arrival: row.arrival.to_string(), fields },
                )
            }
        };
        groups.entry(row.labels).or_default().push(value);
    }
    groups.into_iter().map(|(stream, values)| StreamResult { stream, values }).collect()
}

fn summary(stats: &Stats) -> serde_json::Value {
    serde_json::json!({
        "summary": {
            "totalBytesProcessed": stats.line_bytes,
            "totalLinesProcessed": stats.entries,
            "totalPostFilterLines": stats.matched,
        }
    })
}

/// Whole milliseconds, as Loki counts sample times.
fn seconds(ns: i64) -> f64 {
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
            stats: Stats::default(),
            warnings: vec![],
        };
        let json = serde_json::to_value(response(outcome, 0, Detail::Plain)).unwrap();
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
