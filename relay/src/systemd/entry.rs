use model::Labels;
use serde_json::{Map, Value};

/// The names of syslog's priorities, from 0.
const PRIORITIES: [&str; 8] =
    ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"];

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalEntry {
    /// Nanoseconds since 1970.
    pub timestamp: i64,
    pub cursor: String,
    /// `__journal_…`, as relabelling sees it.
    pub labels: Labels,
    pub line: String,
}

impl JournalEntry {
    /// Reads a line of `journalctl -o json`. None: it is none, or has no message. `is_whole`: the
    /// line is the whole entry.
    pub(super) fn read(line: &str, is_whole: bool) -> Option<Self> {
        let fields: Map<String, Value> = serde_json::from_str(line).ok()?;
        let field = |name: &str| fields.get(name).and_then(text);
        let micros: i64 = field("__REALTIME_TIMESTAMP")?.parse().ok()?;
        let mut labels = Labels::new();
        for (name, value) in &fields {
            if let Some(value) = text(value) {
                labels.set(format!("__journal_{}", name.to_lowercase()), value);
            }
        }
        let priority = field("PRIORITY").and_then(|text| text.parse::<usize>().ok());
        if let Some(word) = priority.and_then(|priority| PRIORITIES.get(priority)) {
            labels.set("__journal_priority_keyword", *word);
        }
        let line = match is_whole {
            true => serde_json::to_string(&fields).ok()?,
            false => field("MESSAGE")?,
        };
        let cursor = field("__CURSOR").unwrap_or_default();
        Some(Self { timestamp: micros.checked_mul(1000)?, cursor, labels, line })
    }
}

/// A field may be there several times, then the first counts, or be bytes that are no text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.iter().all(Value::is_u64) => {
            let byte = |item: &Value| u8::try_from(item.as_u64()?).ok();
            let bytes: Vec<u8> = items.iter().map(byte).collect::<Option<_>>()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        Value::Array(items) => items.first().and_then(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read() {
        let line = r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1734445850500000","PRIORITY":"3",
            "_SYSTEMD_UNIT":"tts.service","MESSAGE":"it broke","TAG":["a","b"]}"#;
        let entry = JournalEntry::read(line, false).unwrap();
        assert_eq!(entry.timestamp, 1_734_445_850_500_000_000);
        assert_eq!((entry.cursor.as_str(), entry.line.as_str()), ("s=1;i=2", "it broke"));
        for (name, value) in [
            ("__journal__systemd_unit", "tts.service"),
            ("__journal_priority", "3"),
            ("__journal_priority_keyword", "error"),
            ("__journal_tag", "a"),
        ] {
            assert_eq!(entry.labels.get(name), Some(value), "{name}");
        }
        for (line, expected) in [
            (r#"{"__REALTIME_TIMESTAMP":"1","MESSAGE":[104,105]}"#, Some("hi")),
            (r#"{"__REALTIME_TIMESTAMP":"1","MESSAGE":null}"#, None),
            (r#"{"MESSAGE":"no time"}"#, None),
            ("-- No entries --", None),
        ] {
            let found = JournalEntry::read(line, false).map(|entry| entry.line);
            assert_eq!(found.as_deref(), expected, "{line}");
        }
        let whole = JournalEntry::read(r#"{"__REALTIME_TIMESTAMP":"1","A":"b"}"#, true).unwrap();
        assert_eq!(whole.line, r#"{"A":"b","__REALTIME_TIMESTAMP":"1"}"#);
    }
}
