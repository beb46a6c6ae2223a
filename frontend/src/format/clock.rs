use std::cell::Cell;

use super::{Civil, Parts, from_civil, stamp};

const HOUR_MS: i64 = 3_600_000;

/// The zone times are shown in. Asking the browser for an offset costs microseconds, so the last
/// answer is kept for its hour: neighbouring rows share it.
#[derive(Clone, Debug)]
pub struct Clock {
    utc: bool,
    /// Minutes east of UTC at a time in milliseconds.
    lookup: fn(i64) -> i32,
    last: Cell<Option<(i64, i32)>>,
}

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        self.utc == other.utc
    }
}

impl Clock {
    /// `lookup` tells the offset of the local zone; with `utc` it is not asked.
    pub const fn new(utc: bool, lookup: fn(i64) -> i32) -> Self {
        Self { utc, lookup, last: Cell::new(None) }
    }

    pub const fn is_utc(&self) -> bool {
        self.utc
    }

    /// Minutes east of UTC at `ns`.
    pub fn offset_min(&self, ns: i64) -> i32 {
        if self.utc {
            return 0;
        }
        let ms = ns.div_euclid(1_000_000);
        let hour = ms.div_euclid(HOUR_MS);
        match self.last.get() {
            Some((at, offset)) if at == hour => offset,
            _ => {
                let offset = (self.lookup)(ms);
                self.last.set(Some((hour, offset)));
                offset
            }
        }
    }

    pub fn stamp(&self, ns: i64, parts: Parts) -> String {
        stamp(ns, self.offset_min(ns), parts)
    }

    /// The moment of a civil time of this zone. In the hour that a change of clocks skips or
    /// repeats, the offset before the change holds.
    pub fn moment(&self, civil: Civil) -> i64 {
        let guess = from_civil(civil, 0);
        let near = self.offset_min(guess);
        let ns = from_civil(civil, near);
        let offset = self.offset_min(ns);
        if offset == near { ns } else { from_civil(civil, offset) }
    }

    /// `UTC`, or the offset: `UTC+8`, `UTC-3:30`.
    pub fn zone(&self, ns: i64) -> String {
        let offset = self.offset_min(ns);
        let sign = if offset < 0 { '-' } else { '+' };
        match (offset.abs() / 60, offset.abs() % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_input;
    use super::super::time::civil;
    use super::*;

    /// Like Berlin in 2024: +1 h until 2024-03-31T01:00Z, then +2 h.
    fn berlin(ms: i64) -> i32 {
        if ms < 1_711_846_800_000 { 60 } else { 120 }
    }

    #[test]
    fn a_moment_survives_the_change_of_clocks() {
        let clock = Clock::new(false, berlin);
        for ns in [1_711_840_000_000_000_000, 1_711_850_000_000_000_000] {
            assert_eq!(clock.moment(civil(ns, clock.offset_min(ns))), ns);
        }
        assert_eq!(clock.zone(0), "UTC+1");
    }

    #[test]
    fn utc_never_asks_for_an_offset() {
        let clock = Clock::new(true, |_| panic!("asked"));
        let civil = parse_input("2024-12-17T14:02").unwrap();
        assert_eq!(clock.stamp(clock.moment(civil), Parts::Minute), "14:02");
        assert_eq!(clock.zone(0), "UTC");
        assert_eq!(Clock::new(false, |_| -210).zone(0), "UTC-3:30");
    }
}
