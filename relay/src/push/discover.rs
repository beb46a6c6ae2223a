//! What Logs Drilldown looks for and plain pushes lack: `service_name`, `detected_level`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Entry, Labels};
use serde_json::value::RawValue;

use super::Streams;
use super::limits::MAX_LABELS;

/// Labels that name a service, the first that is there counts. As Loki's
/// `discover_service_name` is by default.
const SERVICES: [&str; 13] = [
    "service",
    "app",
    "application",
    "app_name",
    "name",
    "app_kubernetes_io_name",
    "container",
    "container_name",
    "k8s_container_name",
    "component",
    "workload",
    "job",
    "k8s_job_name",
];

/// Labels, metadata and fields that name a level.
const LEVELS: [&str; 7] =
    ["level", "log_level", "log.level", "severity", "severity_text", "severitytext", "lvl"];

const SERVICE_NAME: &str = "service_name";
const DETECTED_LEVEL: &str = "detected_level";
const UNKNOWN: &str = "unknown";

/// Gives streams a service and entries a level as metadata, where they have none.
pub fn discover(streams: &mut Streams) {
    for (labels, entries) in streams {
        if labels.get(SERVICE_NAME).is_none() && labels.len() < MAX_LABELS {
            let service = SERVICES.iter().find_map(|name| labels.get(name));
            labels.set(SERVICE_NAME, service.unwrap_or("unknown_service").to_owned());
        }
        let level = labels.iter().find(|(name, _)| names_level(name)).map(|(_, value)| of(value));
        for entry in entries {
            add_level(labels, level, entry);
        }
    }
}

fn add_level(labels: &Labels, of_stream: Option<&'static str>, entry: &mut Entry) {
    let is_known = entry.metadata.iter().any(|(name, _)| name == DETECTED_LEVEL);
    if is_known || labels.get(DETECTED_LEVEL).is_some() {
        return;
    }
    let of_entry = || {
        let named = entry.metadata.iter().find(|(name, _)| names_level(name));
        named.map_or_else(|| of_line(&entry.line), |(_, value)| of(value))
    };
    let level = of_stream.unwrap_or_else(of_entry);
    let at = entry.metadata.partition_point(|(name, _)| name.as_str() < DETECTED_LEVEL);
    entry.metadata.insert(at, (DETECTED_LEVEL.to_owned(), level.to_owned()));
}

fn names_level(name: &str) -> bool {
    LEVELS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn of(word: &str) -> &'static str {
    level_of(word).unwrap_or(UNKNOWN)
}

/// Loki's name of the level that a word of any case stands for.
pub(super) fn level_of(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "trace" | "trc" => "trace",
        "debug" | "dbg" => "debug",
        "info" | "inf" | "information" | "notice" => "info",
        "warn" | "wrn" | "warning" => "warn",
        "error" | "err" => "error",
        "critical" => "critical",
        "fatal" => "fatal",
        _ => return None,
    })
}

/// What a field of a JSON or logfmt line says, else the first word that names a level.
fn of_line(line: &[u8]) -> &'static str {
    let Ok(text) = std::str::from_utf8(line) else { return UNKNOWN };
    let words = || text.split(|c: char| !c.is_alphanumeric());
    let said = if text.trim_start().starts_with('{') { of_json(text) } else { of_logfmt(text) };
    said.or_else(|| words().find_map(level_of)).unwrap_or(UNKNOWN)
}

fn of_json(text: &str) -> Option<&'static str> {
    let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(text).ok()?;
    let level = fields.iter().find(|(name, _)| names_level(name)).map(|(_, value)| value.get())?;
    level_of(level.trim_matches('"'))
}

fn of_logfmt(text: &str) -> Option<&'static str> {
    text.split_ascii_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| names_level(name))
        .and_then(|(_, value)| level_of(value.trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_gets_its_service_from_the_first_label_that_names_one() {
        for (labels, expected) in [
            (&[("job", "a"), ("x", "y")][..], "a"),
            (&[("job", "a"), ("app", "b"), ("container", "c")], "b"),
            (&[("service_name", "s"), ("app", "b")], "s"),
            (&[("x", "y")], "unknown_service"),
        ] {
            let labels: Labels = labels.iter().copied().collect();
            let mut streams = vec![(labels, vec![Entry::default()])];
            discover(&mut streams);
            assert_eq!(streams[0].0.get(SERVICE_NAME), Some(expected));
        }
    }

    #[test]
    fn an_entry_gets_the_level_that_is_said_about_it() {
        let level = |labels: &[(&str, &str)], metadata: &[(&str, &str)], line: &str| {
            let labels: Labels = labels.iter().copied().collect();
            let metadata = metadata.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
            let entry =
                Entry { line: line.into(), metadata: metadata.collect(), ..Entry::default() };
            let mut streams = vec![(labels, vec![entry])];
            discover(&mut streams);
            let metadata = &streams[0].1[0].metadata;
            assert!(metadata.is_sorted());
            metadata.iter().find(|(name, _)| name == DETECTED_LEVEL).map(|(_, v)| v.clone())
        };
        for (labels, metadata, line, expected) in [
            (&[("job", "a")][..], &[][..], "all is well", "unknown"),
            (&[("job", "a")], &[], "2024 INFO no error", "info"),
            (&[("job", "a")], &[], "an Error: x", "error"),
            (&[("job", "a")], &[], "errors and information4", "unknown"),
            (&[("job", "a")], &[], r#"{"msg": "error", "Level": "WARN"}"#, "warn"),
            (&[("job", "a")], &[], r#"{"msg": "fatal"}"#, "fatal"),
            (&[("job", "a")], &[], r#"msg="no error" level="dbg""#, "debug"),
            (&[("job", "a")], &[("SEVERITY", "Critical"), ("z", "1")], "info", "critical"),
            (&[("job", "a"), ("lvl", "notice")], &[("severity", "error")], "", "info"),
            (&[("job", "a"), ("level", "odd")], &[], "error", "unknown"),
            (&[("job", "a")], &[("a", "1"), (DETECTED_LEVEL, "mine")], "error", "mine"),
        ] {
            let found = level(labels, metadata, line);
            assert_eq!(found.as_deref(), Some(expected), "{labels:?} {metadata:?} {line}");
        }
    }
}
