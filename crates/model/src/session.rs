use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Labels, TimeRange, Timestamp};

/// One run of an application, opened by its start line; it lasts until the next one of its job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The time of the start line; a start line without a stamp has that of the next line.
    pub start: Timestamp,
    /// What the start lines said: `app`, `version`, `commit`, `device` …
    pub fields: Vec<(String, String)>,
    /// Files in which the new process announced itself by a line of its own: from there on,
    /// whatever the stamps say, the file belongs to this session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boundaries: Vec<Boundary>,
}

/// Where in a file a session starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundary {
    pub filename: String,
    /// The arrival number of the first entry of the session.
    pub arrival: u64,
}

impl Session {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// The sessions of every job, in order of their start. Their fields are applied when entries are
/// read; they are not copied onto each entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sessions(pub BTreeMap<String, Vec<Session>>);

impl Sessions {
    /// The session that an entry of the stream belongs to. Within a file that has boundaries the
    /// arrival decides, elsewhere the time.
    pub fn of(&self, labels: &Labels, timestamp: i64, arrival: u64) -> Option<&Session> {
        let sessions = self.0.get(labels.get("job")?)?;
        let filename = labels.get("filename").unwrap_or("");
        sessions.iter().rev().find(|session| {
            match session.boundaries.iter().find(|b| b.filename == filename) {
                Some(boundary) => boundary.arrival <= arrival,
                None => session.start.0 <= timestamp,
            }
        })
    }

    /// Those that entries of these streams in the range can belong to: of each job the sessions
    /// within it, and the one that went on when it began.
    #[must_use]
    pub fn within<'a>(
        mut self,
        range: TimeRange,
        streams: impl IntoIterator<Item = &'a Labels>,
    ) -> Self {
        let jobs: BTreeSet<&str> =
            streams.into_iter().filter_map(|labels| labels.get("job")).collect();
        self.0.retain(|job, _| jobs.contains(job.as_str()));
        for of_job in self.0.values_mut() {
            of_job.retain(|session| session.start < range.end);
            let before = of_job.iter().filter(|session| session.start <= range.start).count();
            of_job.drain(..before.saturating_sub(1));
        }
        self
    }

    /// Whether any session of any job has a field of this name.
    pub fn has_field(&self, name: &str) -> bool {
        self.0.values().flatten().any(|s| s.field(name).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_belongs_to_the_run_that_wrote_it() {
        let session = |start, commit: &str, boundary: Option<u64>| Session {
            start: Timestamp(start),
            fields: vec![("commit".into(), commit.into())],
            boundaries: boundary
                .map(|arrival| Boundary { filename: "/a.log".into(), arrival })
                .into_iter()
                .collect(),
        };
        let sessions = Sessions(BTreeMap::from([(
            "cosyvoice3".to_owned(),
            vec![session(10, "first", None), session(20, "second", Some(7))],
        )]));
        let commit = |filename: &str, timestamp, arrival| {
            let labels = Labels::from([("job", "cosyvoice3"), ("filename", filename)]);
            sessions.of(&labels, timestamp, arrival).and_then(|s| s.field("commit"))
        };
        assert_eq!(commit("/b.log", 9, 100), None);
        assert_eq!(commit("/b.log", 19, 100), Some("first"));
        assert_eq!(commit("/b.log", 20, 0), Some("second"));
        // The old process still wrote at 21, before the new one's first line.
        assert_eq!(commit("/a.log", 21, 6), Some("first"));
        assert_eq!(commit("/a.log", 19, 7), Some("second"));
    }
}
