//! OTLP's protobuf, the fields that are kept:
//!
//! ```text
//! Request       1 resource_logs…
//! ResourceLogs  1 resource   2 scope_logs…
//! Resource      1 attributes…   2 dropped_attributes_count
//! ScopeLogs     1 scope   2 log_records…
//! Scope         1 name   2 version   3 attributes…   4 dropped_attributes_count
//! LogRecord     1 time_unix_nano   2 severity_number   3 severity_text   5 body   6 attributes…
//!               7 dropped_attributes_count   8 flags   9 trace_id   10 span_id
//!               11 observed_time_unix_nano   12 event_name
//! KeyValue      1 key   2 value
//! AnyValue      1 string   2 bool   3 int   4 double   5 array { 1 values… }
//!               6 map { 1 values: KeyValue… }   7 bytes
//! ```

use super::convert;
use super::record::{Origin, Record};
use super::value::{AnyValue, Attributes};
use crate::push::limits::{MAX_DEPTH, MAX_RECORD_VALUES};
use crate::push::wire::{Fields, Value};
use crate::push::{Intake, PushError, Reason};

pub(super) fn read(body: &[u8], now: i64, intake: &mut Intake) -> Result<(), PushError> {
    each(body, 1, "Request.resource_logs", |message| resource_logs(message, now, intake))
}

/// Hands on the messages in field `wanted`.
fn each<'a>(
    message: &'a [u8],
    wanted: u32,
    what: &str,
    mut take: impl FnMut(&'a [u8]) -> Result<(), PushError>,
) -> Result<(), PushError> {
    for field in Fields::of(message) {
        let (number, value) = field?;
        if number == wanted {
            take(value.bytes(what)?)?;
        }
    }
    Ok(())
}

fn resource_logs(message: &[u8], now: i64, intake: &mut Intake) -> Result<(), PushError> {
    // Fields may come in any order, so the resource is looked for first.
    let mut found = Some(Origin::default());
    each(message, 1, "ResourceLogs.resource", |message| {
        found = resource(message, &mut Values::default()).or_refused()?;
        Ok(())
    })?;
    let is_within = found.is_some();
    let shared = convert::resource(found.unwrap_or_default(), intake);
    let shared = shared.filter(|_| is_within);
    each(message, 2, "ResourceLogs.scope_logs", |message| {
        let mut found = Some(Origin::default());
        each(message, 1, "ScopeLogs.scope", |message| {
            found = scope(message, &mut Values::default()).or_refused()?;
            Ok(())
        })?;
        let scope = found.as_ref().and_then(convert::scope);
        each(message, 2, "ScopeLogs.log_records", |message| {
            match log_record(message, &mut Values::default()).or_refused()? {
                Some(record) => convert::record(record, &shared, &scope, now, intake),
                None => {
                    intake.refuse(Reason::Format, || TOO_MANY.to_owned());
                    Ok(())
                }
            }
        })
    })
}

const TOO_MANY: &str = "values too many or too deep, expected at most 100,000 and 64 deep";

/// What stops reading a message.
enum Stop {
    /// The whole body is wrong.
    Body(PushError),
    /// This record has too many values, or too deep ones.
    Record,
}

impl From<PushError> for Stop {
    fn from(error: PushError) -> Self {
        Self::Body(error)
    }
}

trait OrRefused<T> {
    /// None for what is refused on its own.
    fn or_refused(self) -> Result<Option<T>, PushError>;
}

impl<T> OrRefused<T> for Result<T, Stop> {
    fn or_refused(self) -> Result<Option<T>, PushError> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Record) => Ok(None),
            Err(Stop::Body(error)) => Err(error),
        }
    }
}

/// Counts what is built of one record.
#[derive(Default)]
struct Values {
    num: usize,
    depth: usize,
}

impl Values {
    fn one_more(&mut self) -> Result<(), Stop> {
        self.num += 1;
        if self.num > MAX_RECORD_VALUES { Err(Stop::Record) } else { Ok(()) }
    }
}

fn resource(message: &[u8], values: &mut Values) -> Result<Origin, Stop> {
    let mut origin = Origin::default();
    for field in Fields::of(message) {
        let (number, value) = field?;
        match number {
            1 => origin.attributes.push(attribute(value, values)?),
            2 => origin.num_dropped = value.number("Resource.dropped_attributes_count")?,
            _ => {}
        }
    }
    Ok(origin)
}

fn scope(message: &[u8], values: &mut Values) -> Result<Origin, Stop> {
    let mut origin = Origin::default();
    for field in Fields::of(message) {
        let (number, value) = field?;
        match number {
            1 => origin.name = value.text("Scope.name")?,
            2 => origin.version = value.text("Scope.version")?,
            3 => origin.attributes.push(attribute(value, values)?),
            4 => origin.num_dropped = value.number("Scope.dropped_attributes_count")?,
            _ => {}
        }
    }
    Ok(origin)
}

fn log_record(message: &[u8], values: &mut Values) -> Result<Record, Stop> {
    let mut record = Record::default();
    for field in Fields::of(message) {
        let (number, value) = field?;
        match number {
            1 => record.time = value.number("LogRecord.time_unix_nano")?,
            2 => {
                let severity = value.number("LogRecord.severity_number")?;
                record.severity_number = severity.cast_signed();
            }
            3 => record.severity_text = value.text("LogRecord.severity_text")?,
            5 => record.body = any_value(value.bytes("LogRecord.body")?, values)?,
            6 => record.attributes.push(attribute(value, values)?),
            7 => record.num_dropped = value.number("LogRecord.dropped_attributes_count")?,
            8 => record.flags = value.number("LogRecord.flags")?,
            9 => record.trace_id = hex(value.bytes("LogRecord.trace_id")?),
            10 => record.span_id = hex(value.bytes("LogRecord.span_id")?),
            11 => record.observed = value.number("LogRecord.observed_time_unix_nano")?,
            12 => record.event_name = value.text("LogRecord.event_name")?,
            _ => {}
        }
    }
    Ok(record)
}

/// Ids of zeros mean none.
fn hex(id: &[u8]) -> String {
    if id.iter().all(|byte| *byte == 0) {
        return String::new();
    }
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(field: Value<'_>, values: &mut Values) -> Result<(String, AnyValue), Stop> {
    values.one_more()?;
    let (mut key, mut found) = (String::new(), AnyValue::Empty);
    for field in Fields::of(field.bytes("KeyValue")?) {
        let (number, value) = field?;
        match number {
            1 => key = value.text("KeyValue.key")?,
            2 => found = any_value(value.bytes("KeyValue.value")?, values)?,
            _ => {}
        }
    }
    Ok((key, found))
}

fn any_value(message: &[u8], values: &mut Values) -> Result<AnyValue, Stop> {
    values.one_more()?;
    values.depth += 1;
    if values.depth > MAX_DEPTH {
        return Err(Stop::Record);
    }
    let mut found = AnyValue::Empty;
    for field in Fields::of(message) {
        let (number, value) = field?;
        found = match number {
            1 => AnyValue::String(value.text("AnyValue.string_value")?),
            2 => AnyValue::Bool(value.number("AnyValue.bool_value")? != 0),
            3 => AnyValue::Int(value.number("AnyValue.int_value")?.cast_signed()),
            4 => AnyValue::Double(f64::from_bits(value.number("AnyValue.double_value")?)),
            5 => {
                let mut array = Vec::new();
                for field in Fields::of(value.bytes("AnyValue.array_value")?) {
                    let (number, value) = field?;
                    if number == 1 {
                        array.push(any_value(value.bytes("ArrayValue.values")?, values)?);
                    }
                }
                AnyValue::Array(array)
            }
            6 => {
                let mut map = Attributes::new();
                for field in Fields::of(value.bytes("AnyValue.kvlist_value")?) {
                    let (number, value) = field?;
                    if number == 1 {
                        map.push(attribute(value, values)?);
                    }
                }
                AnyValue::Map(map)
            }
            7 => AnyValue::Bytes(value.bytes("AnyValue.bytes_value")?.to_vec()),
            _ => found,
        };
    }
    values.depth -= 1;
    Ok(found)
}
