use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::time::civil;
use super::{Civil, Parts, from_civil, stamp};

const HOUR_MS: i64 = 3_600_000;

/// The zone times are shown in. Asking the browser for an offset costs microseconds, so the last
/// answer is kept for its hour: neighbouring rows share it.
#[derive(Clone)]
pub struct Clock {
    /// As `Asia/Shanghai`; empty for the browser's own.
    name: Rc<str>,
    /// Dates of this year are written without it, times of today without the date.
    now: i64,
    /// Minutes east of UTC at a time in milliseconds.
    lookup: Rc<dyn Fn(i64) -> i32>,
    last: Cell<Option<(i64, i32)>>,
}

impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.now == other.now
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("name", &self.name).field("now", &self.now).finish()
    }
}

const UTC: &str = "Etc/UTC";

impl Clock {
    /// `now` tells which day and year go without saying. `lookup` tells the offset of the zone of
    /// this name, which is empty for the browser's own.
    pub fn new(name: &str, now: i64, lookup: impl Fn(i64) -> i32 + 'static) -> Self {
        Self { name: name.into(), now, lookup: Rc::new(lookup), last: Cell::new(None) }
    }

    pub fn utc(now: i64) -> Self {
        Self::new(UTC, now, |_| 0)
    }

    /// As [`Self::new`] has it.
    pub fn zone_name(&self) -> Rc<str> {
        Rc::clone(&self.name)
    }

    /// Minutes east of UTC at `ns`.
    pub fn offset_min(&self, ns: i64) -> i32 {
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
        let offset = self.offset_min(ns);
        let text = stamp(ns, offset, parts);
        match (parts, civil(ns, offset).year) {
            (Parts::Date | Parts::DateMinute | Parts::DateSecond | Parts::DateMilli, year)
                if year != civil(self.now, self.offset_min(self.now)).year =>
            {
                format!("{year:04}-{text}")
            }
            _ => text,
        }
    }

    /// Whether both moments lie on the day that it is.
    pub fn are_today(&self, first: i64, last: i64) -> bool {
        let day = |ns: i64| {
            stamp(ns, self.offset_min(ns), Parts::Full).split_once(' ').map(|(d, _)| d.to_owned())
        };
        let today = day(self.now);
        day(first) == today && day(last) == today
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

/// Minutes east of UTC as browsers write them: `GMT+08:00`, `GMT-3:30`, `GMT`.
pub fn gmt_offset(text: &str) -> Option<i32> {
    let rest = text.strip_prefix("GMT").or_else(|| text.strip_prefix("UTC"))?;
    let (sign, rest) = match rest.chars().next() {
        None => return Some(0),
        Some('+') => (1, rest.get(1..)?),
        // A minus or a hyphen.
        Some(minus @ ('-' | '−')) => (-1, rest.get(minus.len_utf8()..)?),
        Some(_) => return None,
    };
    let (hours, minutes) = rest.split_once(':').unwrap_or((rest, "0"));
    // Zones of long ago have seconds.
    let minutes = minutes.split(':').next()?;
    Some(sign * (hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::parse_input;
    use super::*;

    #[test]
    fn an_offset_is_read_as_browsers_write_it() {
        for (text, expected) in [
            ("GMT", Some(0)),
            ("GMT+08:00", Some(480)),
            ("GMT-03:30", Some(-210)),
            ("GMT−5", Some(-300)),
            ("GMT+00:53:28", Some(53)),
            ("CET", None),
            ("GMT+x", None),
        ] {
            assert_eq!(gmt_offset(text), expected, "{text}");
        }
    }

    /// Like Berlin in 2024: +1 h until 2024-03-31T01:00Z, then +2 h.
    fn berlin(ms: i64) -> i32 {
        if ms < 1_711_846_800_000 { 60 } else { 120 }
    }

    #[test]
    fn a_moment_survives_the_change_of_clocks() {
        let clock = Clock::new("", 0, berlin);
        for ns in [1_711_840_000_000_000_000, 1_711_850_000_000_000_000] {
            assert_eq!(clock.moment(civil(ns, clock.offset_min(ns))), ns);
        }
        assert_eq!(clock.zone(0), "UTC+1");
    }

    #[test]
    fn another_year_is_told() {
        let ns = 1_734_444_127_000_000_000;
        const YEAR_NS: i64 = 365 * 86_400_000_000_000;
        let clock = |year: i64| Clock::utc(ns + (year - 2024) * YEAR_NS);
        for (year, parts, expected) in [
            (2024, Parts::DateMinute, "12-17 14:02"),
            (2026, Parts::DateMinute, "2024-12-17 14:02"),
            (2026, Parts::Date, "2024-12-17"),
            (2026, Parts::Minute, "14:02"),
            (2026, Parts::Short, "12-17 14:02"),
            (2026, Parts::Full, "2024-12-17 14:02:07.000"),
        ] {
            assert_eq!(clock(year).stamp(ns, parts), expected);
        }
        assert!(clock(2024).are_today(ns, ns + 1));
        assert!(!clock(2024).are_today(ns - 86_400_000_000_000, ns));
        assert!(!clock(2025).are_today(ns, ns));
    }

    #[test]
    fn a_zone_says_how_far_it_is() {
        let clock = Clock::utc(0);
        let civil = parse_input("2024-12-17T14:02").unwrap();
        assert_eq!(clock.stamp(clock.moment(civil), Parts::Minute), "14:02");
        assert_eq!(clock.zone(0), "UTC");
        assert_eq!(Clock::new("", 0, |_| -210).zone(0), "UTC-3:30");
    }
}
