use std::collections::HashMap;

use jiff::tz::TimeZone;
use model::Labels;
use yaml::Problem;

use super::moment::Format;
use crate::config;
use crate::pipeline::{Change, Verdict};
use crate::{Entry, Environment};

/// Streams whose last time is known; Promtail forgets beyond as many.
const MAX_STREAMS: usize = 10_000;

/// `timestamp`: the time of an entry from what was extracted.
pub(super) struct Timestamp {
    source: String,
    formats: Vec<Format>,
    zone: TimeZone,
    /// `fudge`: a time that cannot be read is a nanosecond after the last one of its stream.
    last: Option<HashMap<Labels, i64>>,
}

impl Timestamp {
    pub(super) fn new(
        config: &config::Timestamp,
        environment: &Environment,
    ) -> Result<Self, Problem> {
        if config.format.is_empty() {
            return Err(config
                .format
                .problem("format is empty, expected RFC3339, Unix or a layout"));
        }
        let zone = match config.location.as_ref().filter(|location| !location.is_empty()) {
            None => TimeZone::UTC,
            Some(name) => environment.zone(name).ok_or_else(|| {
                let message =
                    format!("unknown time zone {:?}, expected one as in Asia/Shanghai", name.value);
                name.problem(message)
            })?,
        };
        let action = config.action_on_failure.as_ref();
        let fudges = match action.map_or("fudge", |action| action.value.as_str()) {
            "fudge" => true,
            "skip" => false,
            other => {
                let message = format!("unknown action {other:?}, expected fudge or skip");
                return Err(action.map_or_else(
                    || config.format.problem(&*message),
                    |action| action.problem(&*message),
                ));
            }
        };
        let formats = std::iter::once(config.format.as_str());
        let formats = formats.chain(config.fallback_formats.iter().map(String::as_str));
        Ok(Self {
            source: config.source.clone(),
            formats: formats.map(Format::new).collect(),
            zone,
            last: fudges.then(HashMap::new),
        })
    }

    fn read(&self, entry: &Entry, now: i64) -> Option<i64> {
        let text = entry.value(&self.source)?;
        self.formats.iter().find_map(|format| format.read(&text, &self.zone, now))
    }
}

impl Change for Timestamp {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        let found = self.read(entry, now);
        let Some(last) = &mut self.last else {
            entry.timestamp = found.unwrap_or(entry.timestamp);
            return Verdict::Keep;
        };
        let time = found.or_else(|| last.get(&entry.labels)?.checked_add(1));
        if let Some(time) = time {
            if last.len() >= MAX_STREAMS && !last.contains_key(&entry.labels) {
                last.clear();
            }
            match last.get_mut(&entry.labels) {
                Some(last) => *last = time,
                None => _ = last.insert(entry.labels.clone(), time),
            }
            entry.timestamp = time;
        }
        Verdict::Keep
    }
}
