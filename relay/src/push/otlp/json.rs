//! OTLP's JSON: names in lowerCamelCase, 64-bit numbers as strings or numbers, ids in hex.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::convert;
use super::record::{Origin, Record};
use super::value::{AnyValue, Attributes};
use crate::push::json::Document;
use crate::push::limits::MAX_RECORD_VALUES;
use crate::push::{Intake, PushError, Reason};

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default, rename = "resourceLogs")]
    resource_logs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ResourceLogs<'a> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "scopeLogs")]
    scope_logs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ScopeLogs<'a> {
    #[serde(borrow, default)]
    scope: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "logRecords")]
    log_records: Option<&'a RawValue>,
}

const REQUEST: &str = "{\"resourceLogs\": […]}";
const RESOURCE_LOGS: &str =
    "\"resourceLogs\" to be a list of {\"resource\": …, \"scopeLogs\": […]}";
const RESOURCE: &str = "a resource {\"attributes\": [{\"key\": \"…\", \"value\": {…}}]}";
const SCOPE_LOGS: &str = "\"scopeLogs\" to be a list of {\"scope\": …, \"logRecords\": […]}";
const SCOPE: &str = "a scope {\"name\": \"…\", \"version\": \"…\", \"attributes\": […]}";
const LOG_RECORDS: &str = "\"logRecords\" to be a list";
const LOG_RECORD: &str = "a log record {\"timeUnixNano\": \"<nanoseconds>\", \"body\": \
                          {\"stringValue\": \"…\"}, …}";

pub(super) fn read(body: &[u8], now: i64, intake: &mut Intake) -> Result<(), PushError> {
    let document = Document::new(body)?;
    let Request { resource_logs } = document.root(REQUEST)?;
    let Some(list) = resource_logs else { return Ok(()) };
    document.each(list, RESOURCE_LOGS, |piece| {
        let ResourceLogs { resource, scope_logs } = document.read(piece, RESOURCE_LOGS)?;
        let found = origin(resource, document, RESOURCE)?;
        let is_within = found.is_some();
        let resource = convert::resource(found.unwrap_or_default(), intake);
        let resource = resource.filter(|_| is_within);
        let Some(list) = scope_logs else { return Ok(()) };
        document.each(list, SCOPE_LOGS, |piece| {
            let ScopeLogs { scope, log_records } = document.read(piece, SCOPE_LOGS)?;
            let scope = origin(scope, document, SCOPE)?.as_ref().and_then(convert::scope);
            let Some(list) = log_records else { return Ok(()) };
            document.each(list, LOG_RECORDS, |piece| {
                log_record(piece, document, &resource, &scope, now, intake)
            })
        })
    })
}

fn log_record(
    piece: &RawValue,
    document: Document<'_>,
    resource: &convert::Shared,
    scope: &convert::Shared,
    now: i64,
    intake: &mut Intake,
) -> Result<(), PushError> {
    if num_parts(piece.get()) > MAX_RECORD_VALUES {
        intake.refuse(Reason::Format, || "too many values, expected at most 100,000".to_owned());
        return Ok(());
    }
    match serde_json::from_str::<RawRecord>(piece.get()) {
        Ok(raw) => convert::record(raw.into(), resource, scope, now, intake),
        Err(error) => {
            intake.refuse(Reason::Format, || {
                document.error(piece.get(), &error, LOG_RECORD).to_string()
            });
            Ok(())
        }
    }
}

/// A resource or a scope; None when it has too many values.
fn origin<'a>(
    piece: Option<&'a RawValue>,
    document: Document<'a>,
    expected: &str,
) -> Result<Option<Origin>, PushError> {
    let Some(piece) = piece else { return Ok(Some(Origin::default())) };
    if num_parts(piece.get()) > MAX_RECORD_VALUES {
        return Ok(None);
    }
    let raw: Option<RawOrigin> = document.read(piece, expected)?;
    let raw = raw.unwrap_or_default();
    Ok(Some(Origin {
        name: raw.name.unwrap_or_default(),
        version: raw.version.unwrap_or_default(),
        attributes: raw.attributes.unwrap_or_default().into_iter().map(Into::into).collect(),
        num_dropped: raw.dropped_attributes_count.0,
    }))
}

/// Objects and lists in a piece of JSON, known before anything is built of it.
fn num_parts(text: &str) -> usize {
    let (mut num, mut is_string, mut is_escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => num += 1,
            _ => {}
        }
    }
    num
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawOrigin {
    name: Option<String>,
    version: Option<String>,
    attributes: Option<Vec<RawAttribute>>,
    dropped_attributes_count: Number,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawRecord {
    time_unix_nano: Number,
    observed_time_unix_nano: Number,
    severity_number: Number,
    severity_text: Option<String>,
    body: Option<AnyValue>,
    attributes: Option<Vec<RawAttribute>>,
    dropped_attributes_count: Number,
    flags: Number,
    trace_id: Hex,
    span_id: Hex,
    event_name: Option<String>,
}

#[derive(Deserialize)]
struct RawAttribute {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: Option<AnyValue>,
}

impl From<RawAttribute> for (String, AnyValue) {
    fn from(raw: RawAttribute) -> Self {
        (raw.key, raw.value.unwrap_or_default())
    }
}

impl From<RawRecord> for Record {
    fn from(raw: RawRecord) -> Self {
        Self {
            time: raw.time_unix_nano.0,
            observed: raw.observed_time_unix_nano.0,
            severity_number: raw.severity_number.0.cast_signed(),
            severity_text: raw.severity_text.unwrap_or_default(),
            body: raw.body.unwrap_or_default(),
            attributes: raw.attributes.unwrap_or_default().into_iter().map(Into::into).collect(),
            num_dropped: raw.dropped_attributes_count.0,
            flags: raw.flags.0,
            trace_id: raw.trace_id.0,
            span_id: raw.span_id.0,
            event_name: raw.event_name.unwrap_or_default(),
        }
    }
}

/// A whole number that is not negative, as a number or as a string; `null` is 0.
#[derive(Clone, Copy, Default)]
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(number) = whole(deserializer)? else { return Ok(Self(0)) };
        let number = u64::try_from(number);
        number.map(Self).map_err(|_| D::Error::custom("a number below zero or beyond 64 bits"))
    }
}

/// `null` is None.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i128>, D::Error> {
    struct Whole;
    impl Visitor<'_> for Whole {
        type Value = Option<i128>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number, or one in a string")
        }

        fn visit_u64<E>(self, number: u64) -> Result<Option<i128>, E> {
            Ok(Some(number.into()))
        }

        fn visit_i64<E>(self, number: i64) -> Result<Option<i128>, E> {
            Ok(Some(number.into()))
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Option<i128>, E> {
            let number = text.parse().map(Some);
            number.map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }

        fn visit_unit<E>(self) -> Result<Option<i128>, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Whole)
}

/// An id in hex, in lower case; zeros and `null` mean none.
#[derive(Default)]
struct Hex(String);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: String = Option::deserialize(deserializer)?.unwrap_or_default();
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(D::Error::custom("an id that is not in hex"));
        }
        let is_none = text.bytes().all(|byte| byte == b'0');
        Ok(Self(if is_none { String::new() } else { text.to_ascii_lowercase() }))
    }
}

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OneValue)
    }
}

struct OneValue;

impl<'de> Visitor<'de> for OneValue {
    type Value = AnyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value such as {\"stringValue\": \"…\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AnyValue, A::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Array {
            values: Option<Vec<AnyValue>>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Pairs {
            values: Option<Vec<RawAttribute>>,
        }
        let mut found = AnyValue::Empty;
        while let Some(kind) = map.next_key::<String>()? {
            found = match kind.as_str() {
                "stringValue" => AnyValue::String(map.next_value()?),
                "boolValue" => AnyValue::Bool(map.next_value()?),
                "intValue" => AnyValue::Int(map.next_value::<Int>()?.0),
                "doubleValue" => AnyValue::Double(map.next_value::<Double>()?.0),
                "bytesValue" => {
                    let text: String = map.next_value()?;
                    let bytes = STANDARD.decode(text);
                    AnyValue::Bytes(bytes.map_err(|_| A::Error::custom("bytes not in base64"))?)
                }
                "arrayValue" => {
                    AnyValue::Array(map.next_value::<Array>()?.values.unwrap_or_default())
                }
                "kvlistValue" => {
                    let pairs = map.next_value::<Pairs>()?.values.unwrap_or_default();
                    AnyValue::Map(pairs.into_iter().map(Into::into).collect::<Attributes>())
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    found
                }
            };
        }
        Ok(found)
    }
}

struct Int(i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = whole(deserializer)?.unwrap_or_default();
        let number = i64::try_from(number);
        number.map(Self).map_err(|_| D::Error::custom("a number beyond 64 bits"))
    }
}

/// JSON has no words for these three but strings.
struct Double(f64);

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Word(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) => Ok(Self(number)),
            Written::Word(word) => match word.as_str() {
                "NaN" => Ok(Self(f64::NAN)),
                "Infinity" => Ok(Self(f64::INFINITY)),
                "-Infinity" => Ok(Self(f64::NEG_INFINITY)),
                other => other.parse().map(Self).map_err(|_| D::Error::custom("not a number")),
            },
        }
    }
}
