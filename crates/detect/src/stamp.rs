mod clock;

pub(crate) use clock::Clock;

/// A point in time as a record writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Seconds since 1970 of the digits, taken as UTC.
    pub seconds: i64,
    pub nanos: u32,
    /// Seconds east of UTC, where the record says so.
    pub offset: Option<i32>,
}

/// When a record says it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Full(Stamp),
    /// Month, day and second of the day; the year is not written.
    Yearless {
        month: u8,
        day: u8,
        second: u32,
        nanos: u32,
    },
    /// Nanoseconds since 1970.
    Epoch(i64),
}

impl When {
    /// A time that is the whole of `text`, as values of JSON and logfmt are: an ISO time, or
    /// seconds, milli-, micro- or nanoseconds since 1970, told by their size.
    pub(crate) fn written(text: &str) -> Option<Self> {
        if let Some(stamp) = Stamp::whole(text.as_bytes()) {
            return Some(Self::Full(stamp));
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let whole: i64 = whole.parse().ok()?;
        // From 1973 on each unit has its own range.
        let places = match whole {
            100_000_000..100_000_000_000 => 9,
            100_000_000_000..100_000_000_000_000 => 6,
            100_000_000_000_000..100_000_000_000_000_000 => 3,
            100_000_000_000_000_000.. => 0,
            _ => return None,
        };
        let mut nanos = whole.checked_mul(10_i64.pow(places))?;
        let mut weight = 10_i64.pow(places);
        for digit in fraction.chars().take(places as usize) {
            weight /= 10;
            nanos = nanos.checked_add(i64::from(digit.to_digit(10)?) * weight)?;
        }
        Some(Self::Epoch(nanos))
    }

    /// Whether it is a point in time without knowing anybody's zone.
    pub(crate) fn has_zone(self) -> bool {
        match self {
            Self::Full(stamp) => stamp.offset.is_some(),
            Self::Yearless { .. } => false,
            Self::Epoch(_) => true,
        }
    }
}

const DAY_SECONDS: i64 = 86_400;
const NS: i64 = 1_000_000_000;

/// Days since 1970 of a day of the Gregorian calendar; None when there is no such day.
pub(crate) fn days(year: u32, month: u8, day: u8) -> Option<i64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=last).contains(&day) {
        return None;
    }
    // Years start in March, so that the leap day is the last: 153 days in each 5 months, 146,097 in
    // each 400 years.
    let year = i64::from(year) - i64::from(month <= 2);
    let month = i64::from((u32::from(month) + 9) % 12);
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Exactly `N` digits at the start of `text`.
fn digits<const N: usize>(text: &[u8]) -> Option<u32> {
    let mut value = 0;
    for byte in text.get(..N)? {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u32::from(byte - b'0');
    }
    Some(value)
}

/// The number of a month by its English name of three letters.
pub(crate) fn month(name: &[u8]) -> Option<u8> {
    const NAMES: [&[u8]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    u8::try_from(NAMES.iter().position(|known| *known == name)?).ok().map(|at| at + 1)
}

/// The fields of a stamp without a year that starts with month, `mark` and day: `12-17 14:30:52.5`.
/// The length comes with it.
pub(crate) fn yearless(text: &[u8], mark: &[u8]) -> Option<(When, usize)> {
    let month = small::<2>(text)?;
    let rest = text.get(2..)?.strip_prefix(mark)?;
    let day = small::<2>(rest)?;
    let rest = rest.get(2..)?.strip_prefix(b" ")?;
    let second = clock(rest)?;
    let (nanos, fraction_len) = fraction(rest.get(8..)?);
    // Any leap year: whether the 29th exists is asked later.
    days(2000, month, day)?;
    let len = 2 + mark.len() + 2 + 1 + 8 + fraction_len;
    Some((When::Yearless { month, day, second, nanos }, len))
}

fn small<const N: usize>(text: &[u8]) -> Option<u8> {
    u8::try_from(digits::<N>(text)?).ok()
}

/// `HH:MM:SS` at the start of `text`, as the second of the day. A leap second is the next second.
pub(crate) fn clock(text: &[u8]) -> Option<u32> {
    let [_, _, b':', _, _, b':', _, _, ..] = text else { return None };
    let hour = digits::<2>(text)?;
    let minute = digits::<2>(text.get(3..)?)?;
    let second = digits::<2>(text.get(6..)?)?;
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// A fraction of a second (`.123`, `,123456789`) at the start of `text`: nanoseconds and length.
pub(crate) fn fraction(text: &[u8]) -> (u32, usize) {
    let [b'.' | b',', rest @ ..] = text else { return (0, 0) };
    let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == 0 {
        return (0, 0);
    }
    let nanos = (0..9).fold(0, |value, at| {
        let digit = rest.get(at).filter(|_| at < len).map_or(0, |b| u32::from(b - b'0'));
        value * 10 + digit
    });
    (nanos, 1 + len)
}

/// A zone (`Z`, `+08:00`, `+0800`) at the start of `text`: seconds east and length.
pub(crate) fn zone(text: &[u8]) -> Option<(i32, usize)> {
    let (sign, rest) = match text {
        [b'Z', ..] => return Some((0, 1)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let hours = digits::<2>(rest)?;
    let (minutes, len) = match rest.get(2..)? {
        [b':', rest @ ..] => (digits::<2>(rest)?, 6),
        rest => (digits::<2>(rest)?, 5),
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 23 && minutes < 60).then_some((sign * seconds, len))
}

impl Stamp {
    pub(crate) fn new(year: u32, month: u8, day: u8, second: u32) -> Option<Self> {
        let seconds = days(year, month, day)? * DAY_SECONDS + i64::from(second);
        // What fits nanoseconds in 64 bits.
        (1700..2262).contains(&year).then_some(Self { seconds, nanos: 0, offset: None })
    }

    /// `2024-12-17 14:30:52`, `2024-12-17T14:30:52.123Z`, `2024-12-17 14:30:52.123 +0800`, with `-`
    /// or `/` in the date, at the start of `text`, and its length.
    pub(crate) fn iso(text: &[u8]) -> Option<(Self, usize)> {
        let [_, _, _, _, mark @ (b'-' | b'/'), _, _, second, _, _, b' ' | b'T', ..] = text else {
            return None;
        };
        if second != mark {
            return None;
        }
        let year = digits::<4>(text)?;
        let month = small::<2>(text.get(5..)?)?;
        let day = small::<2>(text.get(8..)?)?;
        let second = clock(text.get(11..)?)?;
        let mut stamp = Self::new(year, month, day, second)?;
        let mut len = 19;
        let (nanos, fraction_len) = fraction(text.get(len..)?);
        stamp.nanos = nanos;
        len += fraction_len;
        let rest = text.get(len..)?;
        if let Some((offset, zone_len)) = zone(rest) {
            stamp.offset = Some(offset);
            len += zone_len;
        } else if let [b' ', rest @ ..] = rest
            && let Some((offset, 5)) = zone(rest)
            && rest.get(5) == Some(&b' ')
        {
            stamp.offset = Some(offset);
            len += 6;
        }
        Some((stamp, len))
    }

    /// An RFC 3339 time that is the whole of `text`.
    pub(crate) fn whole(text: &[u8]) -> Option<Self> {
        Self::iso(text).filter(|(_, len)| *len == text.len()).map(|(stamp, _)| stamp)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;
    use crate::Zone;

    fn utc(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_nanosecond().try_into().unwrap()
    }

    #[track_caller]
    fn check(text: &str, zone: Zone, expected: Option<&str>) {
        let found = Stamp::iso(text.as_bytes())
            .and_then(|(stamp, _)| Clock::new(zone).nanos(When::Full(stamp), 0));
        assert_eq!(found, expected.map(utc), "{text:?}");
    }

    #[test]
    fn stamps_are_read() {
        let east = || Zone::Fixed(8 * 3600);
        check("2024-12-17 14:30:52 INFO", Zone::UTC, Some("2024-12-17T14:30:52Z"));
        check("2024-12-17T14:30:52Z x", east(), Some("2024-12-17T14:30:52Z"));
        check("2024-12-17 14:30:52,123 x", east(), Some("2024-12-17T06:30:52.123Z"));
        check("2024-02-29 00:00:00.396526331 ", Zone::UTC, Some("2024-02-29T00:00:00.396526331Z"));
        check("2024-12-17 14:30:52.123 +0800 | x", Zone::UTC, Some("2024-12-17T06:30:52.123Z"));
        check("2024/12/17 14:30:52.5, x", Zone::UTC, Some("2024-12-17T14:30:52.5Z"));
        check("2024/12-17 14:30:52, x", Zone::UTC, None);
        check("2024-12-17 14:30:52-05:30", Zone::UTC, Some("2024-12-17T20:00:52Z"));
        check("1999-12-31 23:59:60 x", Zone::UTC, Some("2000-01-01T00:00:00Z"));
        check("2023-02-29 00:00:00 ", Zone::UTC, None);
        check("2024-12-17 24:00:00 ", Zone::UTC, None);
        check("2024-12-17 14:3", Zone::UTC, None);
        check("9024-12-17 14:30:52 ", Zone::UTC, None);
    }

    #[test]
    fn days_agree_with_the_calendar() {
        let mut date = civil::date(1899, 12, 1);
        for _ in 0..80_000 {
            let year = u32::try_from(date.year()).unwrap();
            let month = u8::try_from(date.month()).unwrap();
            let day = u8::try_from(date.day()).unwrap();
            let expected = date.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
            assert_eq!(
                days(year, month, day),
                Some(expected.timestamp().as_second() / DAY_SECONDS),
                "{date}"
            );
            date = date.tomorrow().unwrap();
        }
    }

    #[test]
    fn a_zone_with_rules_is_looked_up() {
        let zone = jiff::tz::TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        check("2024-07-01 12:00:00 ", Zone::Rules(zone.clone()), Some("2024-07-01T10:00:00Z"));
        check("2024-12-01 12:00:00 ", Zone::Rules(zone), Some("2024-12-01T11:00:00Z"));
    }

    #[test]
    fn a_missing_year_is_the_nearest_that_is_not_ahead() {
        let when = |month, day| When::Yearless { month, day, second: 60, nanos: 0 };
        for (month, day, around, expected) in [
            (12, 17, "2024-12-17T05:00:00Z", "2024-12-17T00:01:00Z"),
            (12, 31, "2025-01-01T05:00:00Z", "2024-12-31T00:01:00Z"),
            (1, 1, "2024-12-31T23:00:00Z", "2025-01-01T00:01:00Z"),
            (1, 3, "2024-12-31T23:00:00Z", "2024-01-03T00:01:00Z"),
            (2, 29, "2027-06-01T00:00:00Z", "2024-02-29T00:01:00Z"),
        ] {
            let found = Clock::new(Zone::UTC).nanos(when(month, day), utc(around));
            assert_eq!(found, Some(utc(expected)), "{month}-{day} around {around}");
        }
    }
}
