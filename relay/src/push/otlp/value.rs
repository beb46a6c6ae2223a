use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::push::limits::{MAX_METADATA_BYTES, MAX_METADATA_NAMES};

/// The value of an attribute, or a body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum AnyValue {
    #[default]
    Empty,
    String(String),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(Vec<u8>),
    Array(Vec<AnyValue>),
    Map(Attributes),
}

pub(super) type Attributes = Vec<(String, AnyValue)>;

impl AnyValue {
    /// As text: a string as it is, what has parts as JSON, bytes as base64.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::String(text) => text,
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Double(value) => value.to_string(),
            Self::Bytes(bytes) => STANDARD.encode(bytes),
            parts @ (Self::Array(_) | Self::Map(_)) => parts.into_json().to_string(),
        }
    }

    fn into_json(self) -> serde_json::Value {
        match self {
            Self::Empty => serde_json::Value::Null,
            Self::String(text) => text.into(),
            Self::Bool(value) => value.into(),
            Self::Int(value) => value.into(),
            // JSON has no NaN and no infinity.
            Self::Double(value) => match serde_json::Number::from_f64(value) {
                Some(_) if value.fract() == 0.0 && value.abs() < 1e15 => whole(value).into(),
                Some(number) => number.into(),
                None => value.to_string().into(),
            },
            Self::Bytes(bytes) => STANDARD.encode(bytes).into(),
            Self::Array(values) => values.into_iter().map(Self::into_json).collect(),
            Self::Map(pairs) => {
                pairs.into_iter().map(|(name, value)| (name, value.into_json())).collect()
            }
        }
    }
}

/// `2`, where a float would be written `2.0`.
fn whole(value: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the caller checked its size")]
    let whole = value as i64;
    whole
}

/// Appends attributes as metadata, a map as one entry for each of its parts. False when there are
/// more than an entry may have; what was appended until then says how many.
pub(super) fn flatten(attributes: &Attributes, metadata: &mut Vec<(String, String)>) -> bool {
    let mut room = MAX_METADATA_BYTES;
    attributes.iter().all(|(name, value)| append(name, value, &mut room, metadata))
}

fn append(
    name: &str,
    value: &AnyValue,
    room: &mut usize,
    metadata: &mut Vec<(String, String)>,
) -> bool {
    if let AnyValue::Map(parts) = value {
        return parts.iter().all(|(part, value)| {
            // A long name may stand before thousands of parts.
            let len = name.len() + 1 + part.len();
            len <= *room && append(&format!("{name}_{part}"), value, room, metadata)
        });
    }
    let text = value.clone().into_text();
    let len = name.len() + text.len();
    metadata.push((name.to_owned(), text));
    match room.checked_sub(len) {
        Some(rest) if metadata.len() <= MAX_METADATA_NAMES => {
            *room = rest;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_text() {
        let text = |text: &str| AnyValue::String(text.to_owned());
        let map = |pairs: Vec<(&str, AnyValue)>| {
            AnyValue::Map(pairs.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
        };
        for (value, expected) in [
            (AnyValue::Empty, ""),
            (text("a \"b\""), "a \"b\""),
            (AnyValue::Bool(true), "true"),
            (AnyValue::Int(-7), "-7"),
            (AnyValue::Double(2.0), "2"),
            (AnyValue::Double(0.25), "0.25"),
            (AnyValue::Double(f64::NAN), "NaN"),
            (AnyValue::Bytes(vec![0, 255]), "AP8="),
            (AnyValue::Array(vec![text("x"), AnyValue::Double(2.0)]), r#"["x",2]"#),
            (
                map(vec![("b", AnyValue::Empty), ("a", map(vec![("n", AnyValue::Int(1))]))]),
                r#"{"a":{"n":1},"b":null}"#,
            ),
        ] {
            assert_eq!(value.into_text(), expected);
        }
    }

    #[test]
    fn maps_are_flattened_within_limits() {
        let leaf = |n: i64| (format!("k{n}"), AnyValue::Int(n));
        let nested = vec![("http".to_owned(), AnyValue::Map(vec![leaf(1), leaf(2)]))];
        let mut metadata = Vec::new();
        assert!(flatten(&nested, &mut metadata));
        assert_eq!(metadata, [("http_k1".into(), "1".into()), ("http_k2".into(), "2".into())]);
        // A long name before many parts must not be written out for each.
        let wide = vec![("x".repeat(9_000), AnyValue::Map((0..1_000_000).map(leaf).collect()))];
        let mut metadata = Vec::new();
        assert!(!flatten(&wide, &mut metadata));
        assert!(metadata.len() < 10);
    }
}
