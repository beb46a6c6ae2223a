//! OTLP logs: protobuf and JSON become the same records, those become entries as Loki makes them.
//!
//! - Resource attributes of Loki's default list become labels (`service.name` → `service_name`);
//!   without a service name it is `unknown_service`.
//! - Everything else becomes structured metadata, names with `_` for what a label name cannot
//!   have, maps flattened (`http.request.method` → `http_request_method`): the record's own fields
//!   first, then its attributes, its scope's and its resource's. Of two with one name the first
//!   counts.
//! - The body is the line: a string as it is, anything else as JSON.
//! - `detected_level` is the name of the severity, as Loki derives it.
//! - The time is the record's, else when it was observed, else when it arrived.

mod answer;
mod convert;
mod json;
mod proto;
mod record;
mod value;

pub use answer::{partial_success, status};

use super::{Format, Intake, PushError, Refused, Streams};

/// The entries of an `ExportLogsServiceRequest`. `now`: nanoseconds since 1970, for records
/// without a time.
pub fn logs(format: Format, body: &[u8], now: i64) -> Result<(Streams, Refused), PushError> {
    let mut intake = Intake::new("resource", "record");
    match format {
        Format::Json => json::read(body, now, &mut intake)?,
        Format::Protobuf => proto::read(body, now, &mut intake)?,
    }
    Ok(intake.finish())
}
