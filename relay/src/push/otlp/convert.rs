use model::{Entry, Labels};

use super::record::{Origin, Record};
use super::value::{AnyValue, flatten};
use crate::push::discover::level_of;
use crate::push::limits::{MAX_LABELS, MAX_METADATA_BYTES, MAX_METADATA_NAMES, MAX_VALUE_BYTES};
use crate::push::{Intake, PushError, Reason, intake};

/// The resource attributes that Loki makes labels of by default, those first that are kept as
/// labels where a resource has more than a stream may have.
const LABELS: [&str; 18] = [
    "service.name",
    "service.namespace",
    "service.instance.id",
    "deployment.environment",
    "deployment.environment.name",
    "k8s.cluster.name",
    "k8s.namespace.name",
    "k8s.pod.name",
    "k8s.container.name",
    "k8s.deployment.name",
    "k8s.statefulset.name",
    "k8s.daemonset.name",
    "k8s.job.name",
    "k8s.cronjob.name",
    "k8s.replicaset.name",
    "container.name",
    "cloud.region",
    "cloud.availability_zone",
];

/// Metadata that all records of one origin share; None when it is more than an entry may have.
pub(super) type Shared = Option<Vec<(String, String)>>;

/// A resource as labels and metadata.
pub(super) fn resource(resource: Origin, intake: &mut Intake) -> Shared {
    let mut named: [Option<String>; LABELS.len()] = std::array::from_fn(|_| None);
    let mut rest = Vec::new();
    for (name, value) in resource.attributes {
        let place = LABELS.iter().position(|label| *label == name);
        match (place.and_then(|at| named.get_mut(at)), value) {
            (None, value) | (Some(_), value @ AnyValue::Map(_)) => rest.push((name, value)),
            (Some(label), value) => {
                let text = value.into_text();
                // What is too long for a label is kept as metadata.
                if text.len() > MAX_VALUE_BYTES {
                    rest.push((name, AnyValue::String(text)));
                } else if !text.is_empty() {
                    *label = Some(text);
                }
            }
        }
    }
    let [service_name, ..] = &mut named;
    service_name.get_or_insert_with(|| "unknown_service".to_owned());
    let mut found = Labels::new();
    for (name, text) in LABELS.iter().zip(named) {
        let Some(text) = text else { continue };
        if found.len() < MAX_LABELS {
            found.set(name.replace('.', "_"), text);
        } else {
            rest.push(((*name).to_owned(), AnyValue::String(text)));
        }
    }
    intake.start_stream(Ok(found));
    let mut metadata = Vec::new();
    put_count("resource_dropped_attributes_count", resource.num_dropped, &mut metadata);
    flatten(&rest, &mut metadata).then_some(metadata)
}

/// A scope as metadata.
pub(super) fn scope(scope: &Origin) -> Shared {
    let mut metadata = Vec::new();
    put("scope_name", &scope.name, &mut metadata);
    put("scope_version", &scope.version, &mut metadata);
    put_count("scope_dropped_attributes_count", scope.num_dropped, &mut metadata);
    flatten(&scope.attributes, &mut metadata).then_some(metadata)
}

/// Takes a record of this resource and scope.
pub(super) fn record(
    record: Record,
    resource: &Shared,
    scope: &Shared,
    now: i64,
    intake: &mut Intake,
) -> Result<(), PushError> {
    let time = [record.time, record.observed].into_iter().find(|time| *time != 0);
    let Ok(timestamp) = time.map_or(Ok(now), i64::try_from) else {
        intake.refuse(Reason::Timestamp, || {
            format!("a time of {} ns, expected one before the year 2262", time.unwrap_or_default())
        });
        return Ok(());
    };
    let mut metadata = own_metadata(&record);
    let is_whole = flatten(&record.attributes, &mut metadata);
    let parts = [Some(metadata.as_slice()), scope.as_deref(), resource.as_deref()];
    let names: usize = parts.iter().flatten().map(|part| part.len()).sum();
    let bytes: usize = parts.iter().flatten().map(|part| size_bytes(part)).sum();
    let is_whole = is_whole && parts.iter().all(Option::is_some);
    // Looked at before the shared parts are copied: millions of records may share a large one.
    if !is_whole || names > MAX_METADATA_NAMES || bytes > MAX_METADATA_BYTES {
        intake.refuse(Reason::Metadata, || {
            let more = if is_whole { "" } else { "more than " };
            format!("{more}{}", intake::too_much_metadata(names, bytes))
        });
        return Ok(());
    }
    metadata.extend(scope.iter().chain(resource).flatten().cloned());
    let line = record.body.into_text().into_bytes();
    intake.take(Entry { timestamp, line, metadata, ..Entry::default() })
}

fn size_bytes(metadata: &[(String, String)]) -> usize {
    metadata.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// The fields of a record itself, named as Loki names them.
fn own_metadata(record: &Record) -> Vec<(String, String)> {
    let mut metadata = Vec::new();
    put_count("observed_timestamp", record.observed, &mut metadata);
    if record.severity_number != 0 {
        put("severity_number", &record.severity_number.to_string(), &mut metadata);
    }
    put("severity_text", &record.severity_text, &mut metadata);
    put("detected_level", level(record), &mut metadata);
    put("trace_id", &record.trace_id, &mut metadata);
    put("span_id", &record.span_id, &mut metadata);
    put_count("flags", record.flags, &mut metadata);
    put_count("dropped_attributes_count", record.num_dropped, &mut metadata);
    put("event_name", &record.event_name, &mut metadata);
    metadata
}

/// Loki's name of the severity; empty when the record has none.
fn level(record: &Record) -> &'static str {
    match record.severity_number {
        1..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warn",
        17..=20 => "error",
        21..=24 => "fatal",
        _ => level_of(&record.severity_text).unwrap_or_default(),
    }
}

fn put(name: &str, value: &str, metadata: &mut Vec<(String, String)>) {
    if !value.is_empty() {
        metadata.push((name.to_owned(), value.to_owned()));
    }
}

fn put_count(name: &str, value: u64, metadata: &mut Vec<(String, String)>) {
    if value != 0 {
        metadata.push((name.to_owned(), value.to_string()));
    }
}
