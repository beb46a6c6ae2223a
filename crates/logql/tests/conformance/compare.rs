use serde_json::Value;

use super::case::Case;

/// Whether the answer is the recorded one; otherwise what differs.
pub fn check(case: &Case, answer: &Result<Value, String>) -> Result<(), String> {
    let expect = &case.expect;
    let good = expect["httpStatus"] == 200;
    let answer = match (good, answer) {
        (false, Err(_)) => return Ok(()),
        (false, Ok(_)) => {
            return Err(format!("{}\n  expected the error {}", case.query, expect["error"]));
        }
        (true, Err(error)) => return Err(format!("{}\n  unexpected error: {error}", case.query)),
        (true, Ok(answer)) => answer,
    };
    let differs = |expected: &Value, actual: &Value| {
        Err(format!("{}\n  expected {}\n  actual   {}", case.query, cut(expected), cut(actual)))
    };
    if case.kind == "format" {
        return if expect["result"] == *answer {
            Ok(())
        } else {
            differs(&expect["result"], answer)
        };
    }
    if expect["resultType"] != answer["resultType"] {
        return differs(&expect["resultType"], &answer["resultType"]);
    }
    let (expected, actual) = (&expect["result"], &answer["result"]);
    if expect["resultType"] == "scalar" {
        return if same_value(&expected[1], &actual[1]) {
            Ok(())
        } else {
            differs(expected, actual)
        };
    }
    let (expected_list, actual_list) = (list(expected), list(actual));
    if case.ordered {
        let same = expected_list.len() == actual_list.len()
            && expected_list.iter().zip(actual_list).all(|(a, b)| same_series(a, b));
        return if same { Ok(()) } else { differs(expected, actual) };
    }
    for series in expected_list {
        match actual_list.iter().find(|other| same_labels(set_of(series), set_of(other))) {
            None => return differs(series, &Value::String("no such series".into())),
            Some(other) if !same_series(series, other) => return differs(series, other),
            Some(_) => {}
        }
    }
    let missing = |series: &&Value| {
        !expected_list.iter().any(|other| same_labels(set_of(series), set_of(other)))
    };
    match actual_list.iter().find(missing) {
        Some(series) if !case.superset => differs(&Value::String("no such series".into()), series),
        _ => Ok(()),
    }
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    let end = text.char_indices().nth(400).map_or(text.len(), |(at, _)| at);
    text[..end].to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn set_of(series: &Value) -> &Value {
    if series["stream"].is_null() { &series["metric"] } else { &series["stream"] }
}

fn same_labels(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return false };
    a.len() == b.len()
        && a.iter().all(|(name, value)| {
            let other = b.get(name);
            // The words of an error are free.
            other.is_some() && name == "__error_details__"
                || other.is_some_and(|other| same_text(value, other))
        })
}

/// Long texts are recorded by their length and hash; the length tells enough here.
fn same_text(expected: &Value, actual: &Value) -> bool {
    let (Some(expected), Some(actual)) = (expected.as_str(), actual.as_str()) else { return false };
    match expected.strip_prefix("<<bytes=").and_then(|rest| rest.split_once(' ')) {
        Some((length, _)) => length.parse() == Ok(actual.len()),
        None => expected == actual,
    }
}

fn same_series(a: &Value, b: &Value) -> bool {
    if !same_labels(set_of(a), set_of(b)) {
        return false;
    }
    if !a["stream"].is_null() {
        return same_entries(list(&a["values"]), list(&b["values"]));
    }
    if !a["value"].is_null() {
        return same_sample(&a["value"], &b["value"]);
    }
    let (a, b) = (list(&a["values"]), list(&b["values"]));
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_sample(a, b))
}

/// Order counts, except among entries of one time.
fn same_entries(a: &[Value], b: &[Value]) -> bool {
    let mut rest: Vec<&Value> = b.iter().collect();
    let times = a.iter().zip(b).all(|(a, b)| a[0] == b[0]);
    a.len() == b.len()
        && times
        && a.iter().all(|entry| {
            let same = |other: &&Value| {
                other[0] == entry[0]
                    && same_text(&entry[1], &other[1])
                    && same_categories(&entry[2], &other[2])
            };
            let found = rest.iter().position(same);
            found.map(|at| rest.remove(at)).is_some()
        })
}

/// What a categorised answer says about an entry besides its stream.
fn same_categories(a: &Value, b: &Value) -> bool {
    let same = |name: &str| a[name] == b[name] || same_labels(&a[name], &b[name]);
    same("structuredMetadata") && same("parsed")
}

fn same_sample(a: &Value, b: &Value) -> bool {
    let (Some(at), Some(bt)) = (a[0].as_f64(), b[0].as_f64()) else { return false };
    (at - bt).abs() < 0.0015 && same_value(&a[1], &b[1])
}

fn same_value(a: &Value, b: &Value) -> bool {
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok());
    let (Some(a), Some(b)) = (number(a), number(b)) else { return false };
    if a.is_nan() || b.is_nan() {
        return a.is_nan() && b.is_nan();
    }
    a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
