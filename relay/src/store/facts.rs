use std::collections::VecDeque;

use detect::{Tally, TimeSource};
use model::Timestamp;
use protocol::sources::{Lines, Reading, Said, TimeCounts};

const SECOND: i64 = 1_000_000_000;
/// The pace is that of so many seconds.
const PACE_SECONDS: i64 = 60;

/// What is counted of one file since the relay started.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileFacts {
    pub times: TimeCounts,
    /// What detection made of its lines.
    pub tally: Tally,
    /// In the words of the registry of encodings.
    pub encoding: String,
    /// Lines that stages dropped.
    pub dropped: u64,
    /// What a person said of it.
    pub said: Said,
    last_read: Option<i64>,
    /// Seconds since 1970, and the entries that came in each; those of the last minute.
    recent: VecDeque<(i64, u64)>,
}

impl FileFacts {
    /// An entry came at `now` (nanoseconds since 1970).
    pub(crate) fn count(&mut self, time: TimeSource, now: i64) {
        match time {
            TimeSource::Parsed => self.times.own += 1,
            TimeSource::Inherited => self.times.inherited += 1,
            TimeSource::Arrival => self.times.arrival += 1,
        }
        self.came(1, now);
    }

    /// `entries` came at `now`.
    pub(crate) fn came(&mut self, entries: u64, now: i64) {
        let second = now.div_euclid(SECOND);
        match self.recent.back_mut() {
            Some((last, known)) if *last == second => *known += entries,
            _ => self.recent.push_back((second, entries)),
        }
        while self.recent.front().is_some_and(|(at, _)| second - at >= PACE_SECONDS) {
            self.recent.pop_front();
        }
    }

    /// Bytes came at `now`.
    pub(crate) const fn read(&mut self, now: i64) {
        self.last_read = Some(now);
    }

    pub(crate) fn last_read(&self) -> Option<Timestamp> {
        self.last_read.map(Timestamp)
    }

    /// What its lines were taken for; `zone`: of stamps that name none.
    pub(crate) fn reading(&self, zone: &str) -> Reading {
        let lines = |counts: Vec<(&str, u64)>| {
            let lines = |(name, lines): (&str, u64)| Lines { name: name.to_owned(), lines };
            counts.into_iter().map(lines).collect::<Vec<_>>()
        };
        let tally = &self.tally;
        let formats = lines(tally.shapes());
        let records: u64 = formats.iter().map(|format| format.lines).sum::<u64>() + tally.bare;
        let percent = formats.first().and_then(|first| (first.lines * 100).checked_div(records));
        Reading {
            confidence_percent: percent.and_then(|percent| u32::try_from(percent).ok()),
            formats,
            around: lines(tally.wrapped_in()),
            plain: tally.bare,
            tracebacks: tally.tracebacks,
            continued: tally.continued,
            encoding: self.encoding.clone(),
            unclear: tally.unclear,
            zone: zone.to_owned(),
            zoned: tally.zoned,
            unzoned: tally.unzoned,
            frames: tally.frames,
            blank: tally.blank,
            dropped: self.dropped,
        }
    }

    /// Entries a second within the minute before `now`.
    pub(crate) fn pace(&self, now: i64) -> f64 {
        let second = now.div_euclid(SECOND);
        let recent = self.recent.iter().filter(|(at, _)| second - at < PACE_SECONDS);
        let entries: u64 = recent.map(|(_, entries)| entries).sum();
        #[expect(clippy::cast_precision_loss, reason = "a pace is read, not reckoned with")]
        let pace = entries as f64 / PACE_SECONDS as f64;
        pace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_forgets_after_a_minute() {
        let mut facts = FileFacts::default();
        for second in 0..120 {
            facts.count(TimeSource::Parsed, second * SECOND);
        }
        for (now, expected) in [(119, 60), (149, 30), (179, 0), (9_999, 0)] {
            let entries = facts.pace(now * SECOND) * 60.0;
            assert!((entries - f64::from(expected)).abs() < 1e-9, "{now}: {entries}");
        }
        assert_eq!(facts.times.own, 120);
    }
}
