use logql::{Origin, Outcome, Output, QueryError, Row, format, parse, plan};
use model::{Labels, Sessions};
use serde_json::{Value, json};

use super::case::Case;
use super::dataset::Dataset;

/// What the engine answers, in the shape of the recorded answers; the error as text.
pub fn answer(case: &Case, data: &Dataset) -> Result<Value, String> {
    if case.kind == "format" {
        return match parse(&case.query) {
            Ok(expr) => Ok(Value::String(format(&expr))),
            Err(error) => Err(error.message),
        };
    }
    evaluate(case, data).map(|outcome| shape(case, &outcome.output)).map_err(|error| error.message)
}

/// The halves of the streams go through two runs, which are merged.
fn evaluate(case: &Case, data: &Dataset) -> Result<Outcome, QueryError> {
    let expr = parse(&case.query)?;
    let plan = plan(&expr, &case.params())?;
    let sessions = Sessions::default();
    let mut runs = [plan.start(&sessions), plan.start(&sessions)];
    for (at, read) in plan.reads().iter().enumerate() {
        for (labels, halves) in data {
            if read.matchers.iter().all(|matcher| matcher.matches(labels)) {
                for (run, batch) in runs.iter_mut().zip(halves) {
                    run.push(at, labels, batch)?;
                }
            }
        }
    }
    let [mut first, second] = runs;
    first.merge(second.into_state());
    first.finish()
}

fn shape(case: &Case, output: &Output) -> Value {
    match output {
        Output::Rows(rows) => {
            json!({ "resultType": "streams", "result": streams(rows, case.categorised) })
        }
        Output::Matrix(series) => {
            let series = series.iter().map(|series| {
                let values = series.samples.iter().map(|(at, value)| sample(*at, *value));
                json!({ "metric": labels(&series.labels), "values": values.collect::<Vec<_>>() })
            });
            json!({ "resultType": "matrix", "result": series.collect::<Vec<_>>() })
        }
        Output::Vector(samples) => {
            let samples = samples.iter().map(
                |s| json!({ "metric": labels(&s.labels), "value": sample(s.timestamp, s.value) }),
            );
            json!({ "resultType": "vector", "result": samples.collect::<Vec<_>>() })
        }
        Output::Scalar(value) => json!({ "resultType": "scalar", "result": sample(0, *value) }),
    }
}

/// Rows by label set, each in the order of the rows; categorised, by the labels of the stream.
fn streams(rows: &[Row], categorised: bool) -> Vec<Value> {
    let mut streams: Vec<(Labels, Vec<Value>)> = Vec::new();
    for row in rows {
        let line = String::from_utf8_lossy(&row.line).into_owned();
        let mut value = vec![json!(row.timestamp.to_string()), json!(line)];
        let set = if categorised {
            value.push(categories(row));
            row.labels_from(Origin::Stream).collect()
        } else {
            row.labels.clone()
        };
        match streams.iter_mut().find(|(labels, _)| *labels == set) {
            Some((_, values)) => values.push(value.into()),
            None => streams.push((set, vec![value.into()])),
        }
    }
    let shape = |(set, values)| json!({ "stream": labels(&set), "values": values });
    streams.into_iter().map(shape).collect()
}

fn categories(row: &Row) -> Value {
    let mut categories = serde_json::Map::new();
    for (name, origin) in [("structuredMetadata", Origin::Metadata), ("parsed", Origin::Parsed)] {
        let set: Labels = row.labels_from(origin).collect();
        if !set.is_empty() {
            categories.insert(name.to_owned(), labels(&set));
        }
    }
    categories.into()
}

fn labels(labels: &Labels) -> Value {
    serde_json::to_value(labels).unwrap()
}

fn sample(at: i64, value: f64) -> Value {
    let text = match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => value.to_string(),
    };
    json!([at as f64 / 1e9, text])
}
