//! `fromJson`

use super::Body;
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    match name {
        // What is no JSON is nothing, and no error.
        "fromJson" => Some(|a| {
            a.expect(1)?;
            let document = serde_json::from_str(a.text(0)?).unwrap_or(serde_json::Value::Null);
            Ok(value(document))
        }),
        _ => None,
    }
}

fn value(document: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match document {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(value).collect()),
        Json::Object(fields) => {
            Value::Map(fields.into_iter().map(|(name, field)| (name, value(field))).collect())
        }
    }
}
