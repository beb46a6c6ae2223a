//! Loki's JSON push, the present shape and the first one:
//!
//! ```json
//! {"streams": [{"stream": {"job": "a"}, "values": [["<nanoseconds>", "line", {"name": "value"}]]}]}
//! {"streams": [{"labels": "{job=\"a\"}", "entries": [{"ts": "<RFC 3339>", "line": "line"}]}]}
//! ```

use std::fmt;

use model::Entry;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::json::{Document, Pairs, Text};
use super::{Intake, PushError, Reason, labels};
use crate::http::parse_time;

#[derive(Deserialize)]
struct Push<'a> {
    #[serde(borrow)]
    streams: &'a RawValue,
}

#[derive(Deserialize)]
struct Stream<'a> {
    #[serde(default)]
    stream: Option<Pairs>,
    #[serde(borrow, default)]
    values: Option<&'a RawValue>,
    #[serde(borrow, default)]
    labels: Option<Text<'a>>,
    #[serde(borrow, default)]
    entries: Option<&'a RawValue>,
}

const PUSH: &str = "{\"streams\": […]}";
const STREAM: &str = "{\"stream\": {\"name\": \"value\"}, \"values\": […]}, every value a string";
const VALUES: &str = "\"values\" to be a list of [\"<nanoseconds>\", \"line\"]";
const VALUE: &str = "[\"<nanoseconds>\", \"line\"], all of it strings, or a third element \
                     {\"name\": \"value\"}";
const ENTRIES: &str = "\"entries\" to be a list of {\"ts\": \"<RFC 3339>\", \"line\": \"…\"}";
const ENTRY: &str = "{\"ts\": \"<RFC 3339>\", \"line\": \"…\"}";

pub(super) fn read(body: &[u8], intake: &mut Intake) -> Result<(), PushError> {
    let document = Document::new(body)?;
    let push: Push<'_> = document.root(PUSH)?;
    document.each(push.streams, "\"streams\" to be a list", |piece| {
        let stream: Stream<'_> = document.read(piece, STREAM)?;
        let labels = match (stream.stream, stream.labels) {
            (Some(Pairs(pairs)), _) => labels::checked(pairs),
            (None, Some(text)) => labels::parse(&text.0),
            (None, None) => Err(format!("no labels, expected {STREAM}")),
        };
        intake.start_stream(labels);
        if let Some(values) = stream.values {
            document.each(values, VALUES, |piece| {
                take(serde_json::from_str(piece.get()), document, piece, VALUE, intake)
            })?;
        }
        if let Some(entries) = stream.entries {
            document.each(entries, ENTRIES, |piece| {
                let legacy = serde_json::from_str(piece.get()).map(|LegacyValue(value)| value);
                take(legacy, document, piece, ENTRY, intake)
            })?;
        }
        Ok(())
    })
}

fn take(
    value: serde_json::Result<Value>,
    document: Document<'_>,
    piece: &RawValue,
    expected: &str,
    intake: &mut Intake,
) -> Result<(), PushError> {
    match value {
        Ok(Value { time: Ok(timestamp), line, metadata: Pairs(mut metadata) }) => {
            // Of two values for one name the last counts in JSON, the first in an intake.
            metadata.reverse();
            intake.take(Entry { timestamp, line: line.into_bytes(), metadata, ..Entry::default() })
        }
        Ok(Value { time: Err(what), .. }) => {
            intake.refuse(Reason::Timestamp, || what);
            Ok(())
        }
        Err(error) => {
            intake.refuse(Reason::Format, || {
                document.error(piece.get(), &error, expected).to_string()
            });
            Ok(())
        }
    }
}

/// An entry as it is written.
struct Value {
    /// Or what is wrong with it.
    time: Result<i64, String>,
    line: String,
    metadata: Pairs,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let Text(time) = list.next_element()?.ok_or(A::Error::custom("no time"))?;
                let line = list.next_element()?.ok_or(A::Error::custom("no line"))?;
                let metadata = list.next_element()?.unwrap_or_default();
                if list.next_element::<serde::de::IgnoredAny>()?.is_some() {
                    return Err(A::Error::custom("a fourth element"));
                }
                let time = time.parse().map_err(|_| {
                    let shown = labels::shown(&time);
                    format!("time {shown:?}, expected nanoseconds since 1970 as a string")
                });
                Ok(Value { time, line, metadata })
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// The same in the first shape.
struct LegacyValue(Value);

impl<'de> Deserialize<'de> for LegacyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Object<'a> {
            #[serde(borrow, alias = "timestamp")]
            ts: Text<'a>,
            line: String,
            #[serde(default, rename = "structuredMetadata")]
            metadata: Pairs,
        }
        let Object { ts, line, metadata } = Object::deserialize(deserializer)?;
        let time = parse_time(&ts.0).ok_or_else(|| {
            let shown = labels::shown(&ts.0);
            format!("time {shown:?}, expected RFC 3339 with a zone")
        });
        Ok(Self(Value { time, line, metadata }))
    }
}
