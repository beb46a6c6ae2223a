use serde::{Deserialize, Serialize};

use crate::{
    Auto, Event, Kind, Level, Record, SessionRole, SessionStart, TimeSource, stretch::Stretch,
};

/// An entry that is still being put together or waits for its time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub kind: Kind,
    pub line: Vec<u8>,
    pub auto: Auto,
    pub level: Option<Level>,
    /// Its own time.
    pub stamp: Option<i64>,
    /// The time to take when no stamp is near.
    pub arrival: i64,
    pub at: Stretch,
    pub session: Option<(SessionRole, Auto)>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            kind: Kind::Line,
            line: Vec::new(),
            auto: Auto::default(),
            level: None,
            stamp: None,
            arrival: 0,
            at: Stretch::default(),
            session: None,
        }
    }
}

impl Draft {
    /// Empties the draft for another entry; buffers stay, and nothing is moved: this is done for
    /// each record.
    pub(crate) fn reset(&mut self) {
        let Self { kind, line, auto, level, stamp, arrival, at, session } = self;
        *kind = Kind::Line;
        line.clear();
        auto.clear();
        (*level, *stamp) = (None, None);
        (*arrival, *at) = (0, Stretch::default());
        *session = None;
    }

    /// Whether the entry starts a run and has no stamp: then the next stamp of the file is better
    /// than the last, which is of the run before.
    pub(crate) fn waits(&self) -> bool {
        let starts = |role| matches!(role, SessionRole::Opens | SessionRole::Process);
        self.stamp.is_none() && self.session.as_ref().is_some_and(|(role, _)| starts(*role))
    }

    pub(crate) fn emit(
        &mut self,
        timestamp: i64,
        time: TimeSource,
        emit: &mut impl FnMut(Event<'_>),
    ) {
        if time != TimeSource::Parsed {
            self.auto.push("ts_source", time.as_str());
        }
        if let Some((role, fields)) = &self.session {
            emit(Event::Session(SessionStart { role: *role, timestamp, time, fields }));
        }
        emit(Event::Entry(Record {
            timestamp,
            time,
            kind: self.kind,
            level: self.level,
            line: &self.line,
            auto: &self.auto,
            start_offset: self.at.start,
            text_end: self.at.end,
            end_offset: self.at.next,
        }));
    }
}
