use model::TimeRange;

const MINUTE_NS: i64 = 60_000_000_000;
const HOUR_NS: i64 = 60 * MINUTE_NS;
const DAY_NS: i64 = 24 * HOUR_NS;

/// The ranges offered by name, in nanoseconds.
pub const RELATIVE_NS: [i64; 8] = [
    5 * MINUTE_NS,
    15 * MINUTE_NS,
    30 * MINUTE_NS,
    HOUR_NS,
    6 * HOUR_NS,
    DAY_NS,
    2 * DAY_NS,
    7 * DAY_NS,
];

/// The time that is asked for, as it was said: "the last hour" stays the last hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// The last so many nanoseconds, up to now.
    Last(i64),
    /// From the oldest entry to the newest.
    All,
    /// Nanoseconds since 1970; `end` exclusive.
    Between { start: i64, end: i64 },
}

impl Default for Range {
    fn default() -> Self {
        Self::Last(HOUR_NS)
    }
}

/// First and last entry that the relay has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    pub oldest: Option<i64>,
    pub newest: Option<i64>,
}

impl Range {
    /// The moments this means now. Without any data `All` is the last hour.
    pub fn resolve(self, now: i64, extent: Extent) -> TimeRange {
        match self {
            Self::Last(ns) => TimeRange::new(now.saturating_sub(ns), now.saturating_add(1)),
            Self::Between { start, end } => TimeRange::new(start, end.max(start + 1)),
            Self::All => match (extent.oldest, extent.newest) {
                (Some(oldest), newest) => {
                    // Entries of this very moment and stamps that run ahead belong to it too.
                    let end = newest.unwrap_or(now).max(now.min(oldest)).saturating_add(1);
                    TimeRange::new(oldest, end)
                }
                (None, _) => Self::default().resolve(now, extent),
            },
        }
    }

    /// Twice as long around the same middle, and never beyond now where now was its end.
    #[must_use]
    pub fn zoomed_out(self, now: i64, extent: Extent) -> Self {
        match self {
            Self::Last(ns) => Self::Last(wider(ns)),
            Self::All => Self::All,
            Self::Between { .. } => {
                let range = self.resolve(now, extent);
                let length = range.end.0.saturating_sub(range.start.0);
                let half = length / 2;
                Self::Between {
                    start: range.start.0.saturating_sub(half),
                    end: range.end.0.saturating_add(half),
                }
            }
        }
    }

    /// The hour before the newest entry, for a page that would otherwise open empty. The end lies
    /// on a full minute, so that the range reads well.
    pub fn up_to_newest(newest: i64) -> Self {
        let end = (newest.div_euclid(MINUTE_NS) + 1).saturating_mul(MINUTE_NS);
        Self::Between { start: end.saturating_sub(HOUR_NS), end }
    }

    /// `from` and `to` as the URL has them: `now-1h` and `now`, `oldest` and `newest`, or
    /// nanoseconds.
    pub fn to_text(self) -> (String, String) {
        match self {
            Self::Last(ns) => (format!("now-{}", short(ns)), "now".to_owned()),
            Self::All => ("oldest".to_owned(), "newest".to_owned()),
            Self::Between { start, end } => (start.to_string(), end.to_string()),
        }
    }

    /// Reads [`Self::to_text`], and milliseconds where the number is too small for nanoseconds.
    pub fn from_text(from: &str, to: &str) -> Option<Self> {
        match (from, to) {
            ("oldest", _) => Some(Self::All),
            (from, "now" | "") => {
                let ns = model::parse_duration(from.strip_prefix("now-")?).ok()?;
                (ns > 0).then_some(Self::Last(ns))
            }
            (from, to) => {
                let (start, end) = (moment(from)?, moment(to)?);
                (start < end).then_some(Self::Between { start, end })
            }
        }
    }
}

/// The next length that is offered, or twice as long beyond them.
fn wider(ns: i64) -> i64 {
    RELATIVE_NS.into_iter().find(|next| *next > ns).unwrap_or_else(|| ns.saturating_mul(2))
}

/// `5m`, `1h`, `7d`: the largest unit that is exact.
pub fn short(ns: i64) -> String {
    if ns > 0 && ns % DAY_NS == 0 {
        format!("{}d", ns / DAY_NS)
    } else {
        model::format_duration(ns)
    }
}

fn moment(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    // 1e14 ms is the year 5138; 1e14 ns is the second day of 1970.
    if number.abs() < 100_000_000_000_000 { number.checked_mul(1_000_000) } else { Some(number) }
}

/// The length of a metric query's step or a histogram's bar: a round one that gives about
/// `wanted` of them, and not below `least_ns`.
pub fn round_step(range: TimeRange, wanted: i64, least_ns: i64) -> i64 {
    const SECOND_NS: i64 = 1_000_000_000;
    const STEPS: [i64; 22] = [
        SECOND_NS / 100,
        SECOND_NS / 20,
        SECOND_NS / 10,
        SECOND_NS / 2,
        SECOND_NS,
        2 * SECOND_NS,
        5 * SECOND_NS,
        10 * SECOND_NS,
        15 * SECOND_NS,
        30 * SECOND_NS,
        MINUTE_NS,
        2 * MINUTE_NS,
        5 * MINUTE_NS,
        10 * MINUTE_NS,
        15 * MINUTE_NS,
        30 * MINUTE_NS,
        HOUR_NS,
        2 * HOUR_NS,
        3 * HOUR_NS,
        6 * HOUR_NS,
        12 * HOUR_NS,
        DAY_NS,
    ];
    let length = range.end.0.saturating_sub(range.start.0).max(1);
    let ideal = (length / wanted.max(1)).max(least_ns);
    STEPS.into_iter().find(|step| *step >= ideal).unwrap_or_else(|| {
        let days = ideal / DAY_NS + 1;
        days.saturating_mul(DAY_NS)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_734_444_127_000_000_000;

    #[test]
    fn a_range_survives_the_url() {
        for range in [
            Range::Last(5 * MINUTE_NS),
            Range::Last(90 * MINUTE_NS),
            Range::Last(7 * DAY_NS),
            Range::All,
            Range::Between { start: NOW, end: NOW + 1 },
        ] {
            let (from, to) = range.to_text();
            assert_eq!(Range::from_text(&from, &to), Some(range), "{from} {to}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for (from, to) in [("", ""), ("now-", "now"), ("5", "4"), ("x", "y"), ("now--5m", "now")] {
            assert_eq!(Range::from_text(from, to), None, "{from:?} {to:?}");
        }
    }

    #[test]
    fn milliseconds_are_taken_for_what_they_are() {
        assert_eq!(
            Range::from_text("1734444127000", "1734444128000"),
            Some(Range::Between { start: NOW, end: NOW + 1_000_000_000 })
        );
    }

    #[test]
    fn zooming_out_widens_around_the_middle() {
        let extent = Extent::default();
        let range = Range::Between { start: NOW, end: NOW + HOUR_NS };
        assert_eq!(
            range.zoomed_out(NOW, extent),
            Range::Between { start: NOW - HOUR_NS / 2, end: NOW + HOUR_NS * 3 / 2 }
        );
        assert_eq!(Range::Last(HOUR_NS).zoomed_out(NOW, extent), Range::Last(6 * HOUR_NS));
        assert_eq!(Range::Last(7 * DAY_NS).zoomed_out(NOW, extent), Range::Last(14 * DAY_NS));
    }

    #[test]
    fn all_is_what_the_relay_has() {
        let extent = Extent { oldest: Some(10), newest: Some(20) };
        assert_eq!(Range::All.resolve(NOW, extent), TimeRange::new(10, 21));
        let nothing = Extent::default();
        assert_eq!(Range::All.resolve(NOW, nothing), Range::default().resolve(NOW, nothing));
    }

    #[test]
    fn steps_are_round_and_about_as_many_as_wanted() {
        for (length, wanted, expected) in [
            (HOUR_NS, 60, MINUTE_NS),
            (HOUR_NS, 100, MINUTE_NS),
            (7 * DAY_NS, 100, 2 * HOUR_NS),
            (1_000_000_000, 100, 10_000_000),
            (0, 100, 10_000_000),
            (1000 * DAY_NS, 100, 11 * DAY_NS),
        ] {
            let step = round_step(TimeRange::new(0, length), wanted, 0);
            assert_eq!(step, expected, "{length}");
        }
    }
}
