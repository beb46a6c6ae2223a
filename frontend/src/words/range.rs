use model::TimeRange;

use crate::format::{Clock, Parts};
use crate::i18n::{Plural, Text, Texts};
use crate::state::Range;

const MINUTE_NS: i64 = 60_000_000_000;
const HOUR_NS: i64 = 60 * MINUTE_NS;
const DAY_NS: i64 = 24 * HOUR_NS;

/// `Last 15 minutes`, `All time`, `12-17 14:02 – 15:10`.
pub fn range_label(texts: &Texts, clock: &Clock, range: Range) -> String {
    match range {
        Range::Last(ns) => texts.with(Text::RangeLast, &[("length", &length(texts, ns))]),
        Range::All => texts.own(Text::RangeAll),
        Range::Between { start, end } => span_label(clock, TimeRange::new(start, end)),
    }
}

/// `12-17 14:02 – 15:10`: the date once where both ends share it.
pub fn span_label(clock: &Clock, range: TimeRange) -> String {
    let (start, end) = (range.start.0, range.end.0);
    let short = end.saturating_sub(start) < 10 * MINUTE_NS
        || start.rem_euclid(MINUTE_NS) != 0
        || end.rem_euclid(MINUTE_NS) != 0;
    let date = |ns| clock.stamp(ns, Parts::Date);
    let (first, again) =
        if short { (Parts::DateSecond, Parts::Second) } else { (Parts::DateMinute, Parts::Minute) };
    let second = if date(start) == date(end) { again } else { first };
    format!("{} – {}", clock.stamp(start, first), clock.stamp(end, second))
}

/// How much of a time a list over this span must show: the date unless all is of today.
pub fn time_parts(clock: &Clock, first: i64, last: i64) -> Parts {
    if clock.are_today(first, last) { Parts::Milli } else { Parts::DateMilli }
}

/// `15 minutes`, `1 hour`, or `1h30m` where no single unit says it.
pub fn length(texts: &Texts, ns: i64) -> String {
    const SECOND_NS: i64 = 1_000_000_000;
    for (unit, plural) in [
        (DAY_NS, Plural::DAYS),
        (HOUR_NS, Plural::HOURS),
        (MINUTE_NS, Plural::MINUTES),
        (SECOND_NS, Plural::SECONDS),
    ] {
        if ns >= unit && ns % unit == 0 {
            return texts.count(plural, u64::try_from(ns / unit).unwrap_or(0));
        }
    }
    crate::state::short(ns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Language;

    #[test]
    fn ranges_read_as_they_were_chosen() {
        let texts = Texts::load(Language::English);
        let clock = Clock::utc(1_734_444_120_000_000_000);
        let start = 1_734_444_120_000_000_000;
        for (range, expected) in [
            (Range::Last(HOUR_NS), "Last 1 hour"),
            (Range::Last(15 * MINUTE_NS), "Last 15 minutes"),
            (Range::Last(2 * DAY_NS), "Last 2 days"),
            (Range::Last(90 * MINUTE_NS), "Last 90 minutes"),
            (Range::All, "All time"),
            (Range::Between { start, end: start + HOUR_NS }, "12-17 14:02 – 15:02"),
            (Range::Between { start, end: start + DAY_NS }, "12-17 14:02 – 12-18 14:02"),
            (Range::Between { start, end: start + 5_000_000_000 }, "12-17 14:02:00 – 14:02:05"),
        ] {
            assert_eq!(range_label(&texts, &clock, range), expected);
        }
    }
}
