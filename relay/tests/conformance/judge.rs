use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ask::Answer;
use super::case::Case;
use super::compare;

/// Whether the answer is the recorded one; otherwise what differs.
pub fn judge(case: &Case, answer: &Answer) -> Result<(), String> {
    let expect = &case.expect;
    let expected = expect["httpStatus"].as_u64().unwrap();
    let any_error = case.json["compare"] == "any_error" && expected >= 400;
    if u64::from(answer.status) != expected && !(any_error && answer.status >= 400) {
        let body: String = answer.body.chars().take(300).collect();
        return Err(format!(
            "{}\n  expected status {expected} ({}), got {}: {body}",
            case.query, expect["error"], answer.status
        ));
    }
    if expected != 200 {
        return Ok(());
    }
    let body: Value = serde_json::from_str(&answer.body)
        .map_err(|error| format!("{}\n  the answer is no JSON: {error}", case.query))?;
    if !expect["status"].is_null() && expect["status"] != body["status"] {
        return Err(format!("{}\n  the status is {}", case.query, body["status"]));
    }
    match case.kind.as_str() {
        "labels" | "label_values" | "series" => same_set(case, &body["data"]),
        "stats" if expect["result"]["streams"] == body["streams"] => Ok(()),
        "stats" => Err(differs(case, &body)),
        "volume" => same_metrics(case, &body["data"]),
        "detected_fields" => same_fields(case, &body["fields"]),
        _ => compare::check(case, &Ok(body["data"].clone())),
    }
}

fn differs(case: &Case, actual: &Value) -> String {
    let cut = |value: &Value| value.to_string().chars().take(600).collect::<String>();
    format!(
        "{}\n  expected {}\n  actual   {}",
        case.query,
        cut(&case.expect["result"]),
        cut(actual)
    )
}

/// A list in no order.
fn set(list: &Value) -> BTreeSet<String> {
    // The text of a JSON object is in order of its keys.
    list.as_array().into_iter().flatten().map(Value::to_string).collect()
}

fn same_set(case: &Case, actual: &Value) -> Result<(), String> {
    let (expected, found) = (set(&case.expect["result"]), set(actual));
    let same = if case.superset { found.is_superset(&expected) } else { found == expected };
    if same { Ok(()) } else { Err(differs(case, actual)) }
}

/// Sizes are estimates in Loki: which series there are is what counts.
fn same_metrics(case: &Case, actual: &Value) -> Result<(), String> {
    let metrics = |result: &Value| -> BTreeSet<String> {
        result.as_array().into_iter().flatten().map(|s| s["metric"].to_string()).collect()
    };
    let same = case.expect["resultType"] == actual["resultType"]
        && metrics(&case.expect["result"]) == metrics(&actual["result"]);
    if same { Ok(()) } else { Err(differs(case, actual)) }
}

/// Loki estimates how many values a field has: a tenth more or less will do, or one.
fn same_fields(case: &Case, actual: &Value) -> Result<(), String> {
    let by_name = |list: &Value| -> BTreeMap<String, Value> {
        let fields = list.as_array().into_iter().flatten();
        fields.map(|field| (field["label"].to_string(), field.clone())).collect()
    };
    let (expected, found) = (by_name(&case.expect["result"]), by_name(actual));
    let same = |a: &Value, b: &Value| {
        let number = |field: &Value| field["cardinality"].as_f64().unwrap_or_default();
        ["type", "jsonPath"].iter().all(|name| a[name] == b[name])
            && set(&a["parsers"]) == set(&b["parsers"])
            && (number(a) - number(b)).abs() <= (0.1 * number(a)).max(1.0)
    };
    let same = expected.len() == found.len()
        && expected.iter().all(|(name, field)| found.get(name).is_some_and(|f| same(field, f)));
    if same { Ok(()) } else { Err(differs(case, actual)) }
}
