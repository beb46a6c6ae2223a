//! Civil time from nanoseconds and back, without a calendar library: the rows of a list are
//! stamped a thousand at a time.

const DAY_MS: i64 = 86_400_000;

/// A date and a time of day in some zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub milli: u32,
}

/// How much of a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// `14:02`
    Minute,
    /// `14:02:07`
    Second,
    /// `14:02:07.123`
    Milli,
    /// `12-17 14:02`
    DateMinute,
    /// `12-17 14:02:07`
    DateSecond,
    /// `12-17 14:02:07.123`
    DateMilli,
    /// `2024-12-17 14:02`
    FullMinute,
    /// `2024-12-17 14:02:07.123`
    Full,
    /// `12-17`
    Date,
    /// `12-17 14:02`, of whatever year: for where there is no room.
    Short,
}

/// `ns` since 1970 as civil time in a zone so many minutes east of UTC.
pub fn civil(ns: i64, offset_min: i32) -> Civil {
    let ms = ns.div_euclid(1_000_000) + i64::from(offset_min) * 60_000;
    let (year, month, day) = date(ms.div_euclid(DAY_MS));
    let within = u32::try_from(ms.rem_euclid(DAY_MS)).unwrap_or(0);
    Civil {
        year,
        month,
        day,
        hour: within / 3_600_000,
        minute: within / 60_000 % 60,
        second: within / 1_000 % 60,
        milli: within % 1_000,
    }
}

/// Nanoseconds since 1970 of a civil time in a zone so many minutes east of UTC.
pub fn from_civil(civil: Civil, offset_min: i32) -> i64 {
    let days = days(civil.year, civil.month, civil.day);
    let within = i64::from(civil.hour) * 3_600_000
        + i64::from(civil.minute) * 60_000
        + i64::from(civil.second) * 1_000
        + i64::from(civil.milli);
    (days * DAY_MS + within - i64::from(offset_min) * 60_000).saturating_mul(1_000_000)
}

/// `ns` written in a zone so many minutes east of UTC.
pub fn stamp(ns: i64, offset_min: i32, parts: Parts) -> String {
    let Civil { year, month, day, hour, minute, second, milli } = civil(ns, offset_min);
    match parts {
        Parts::Minute => format!("{hour:02}:{minute:02}"),
        Parts::Second => format!("{hour:02}:{minute:02}:{second:02}"),
        Parts::Milli => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
        Parts::Date => format!("{month:02}-{day:02}"),
        Parts::DateMinute | Parts::Short => format!("{month:02}-{day:02} {hour:02}:{minute:02}"),
        Parts::DateSecond => format!("{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
        Parts::DateMilli => {
            format!("{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
        Parts::FullMinute => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
        Parts::Full => {
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
    }
}

/// `2024-12-17T14:02:07`, what a `datetime-local` input holds.
pub fn input_value(ns: i64, offset_min: i32) -> String {
    let Civil { year, month, day, hour, minute, second, .. } = civil(ns, offset_min);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Reads what a `datetime-local` input holds, and what people paste: `2024-12-17T14:02`,
/// `2024-12-17 14:02:07.5`, or the date alone.
pub fn parse_input(text: &str) -> Option<Civil> {
    let text = text.trim();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut date = date.splitn(3, '-');
    let year: i64 = date.next()?.parse().ok()?;
    let month: u32 = date.next()?.parse().ok()?;
    let day: u32 = date.next()?.parse().ok()?;
    let mut time = time.splitn(3, ':');
    let hour: u32 = time.next()?.parse().ok()?;
    let minute: u32 = time.next()?.parse().ok()?;
    let (second, fraction) = match time.next() {
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "")),
        None => ("0", ""),
    };
    let second: u32 = second.parse().ok()?;
    let mut milli = 0;
    for (at, digit) in fraction.chars().enumerate() {
        let digit = digit.to_digit(10)?;
        milli += digit * [100, 10, 1].get(at).copied().unwrap_or(0);
    }
    let valid = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (1..=9999).contains(&year)
        && hour < 24
        && minute < 60
        && second < 60;
    valid.then_some(Civil { year, month, day, hour, minute, second, milli })
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn date(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

/// The day counted from 1970-01-01 (`days_from_civil`).
fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let from_march = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-12-17T14:02:07.123Z
    const NS: i64 = 1_734_444_127_123_456_789;

    #[test]
    fn a_time_is_written_in_its_zone() {
        assert_eq!(stamp(NS, 0, Parts::Full), "2024-12-17 14:02:07.123");
        assert_eq!(stamp(NS, 480, Parts::FullMinute), "2024-12-17 22:02");
        assert_eq!(stamp(NS, 600, Parts::DateSecond), "12-18 00:02:07");
        assert_eq!(stamp(-1, 0, Parts::Full), "1969-12-31 23:59:59.999");
        assert_eq!(stamp(951_782_400_000_000_000, 0, Parts::Full), "2000-02-29 00:00:00.000");
    }

    #[test]
    fn civil_time_and_back_is_the_same_millisecond() {
        for ns in [0, NS / 1_000_000 * 1_000_000, -86_400_000_000_000, 4_102_444_799_000_000_000] {
            for offset in [-720, -210, 0, 330, 480] {
                assert_eq!(from_civil(civil(ns, offset), offset), ns, "{ns} {offset}");
            }
        }
    }

    #[test]
    fn what_an_input_holds_reads_back() {
        let read = |text| parse_input(text).map(|c| stamp(from_civil(c, 0), 0, Parts::Full));
        for (text, expected) in [
            ("2024-12-17T14:02:07", Some("2024-12-17 14:02:07.000")),
            ("2024-12-17 14:02", Some("2024-12-17 14:02:00.000")),
            ("2024-12-17T14:02:07.5", Some("2024-12-17 14:02:07.500")),
            ("2024-12-17", Some("2024-12-17 00:00:00.000")),
            ("2024-13-17", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(input_value(NS, 0), "2024-12-17T14:02:07");
    }
}
