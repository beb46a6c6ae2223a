use super::Civil;

/// A distance from UTC and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) offset_secs: i32,
    pub(crate) name: std::borrow::Cow<'static, str>,
}

impl Zone {
    pub(crate) const UTC: Self = Self { offset_secs: 0, name: std::borrow::Cow::Borrowed("UTC") };

    pub(crate) const fn fixed(offset_secs: i32) -> Self {
        Self { offset_secs, name: std::borrow::Cow::Borrowed("") }
    }
}

/// When clocks are set forward by an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// From the second Sunday of March to the first of November, at 2:00.
    Us,
    /// From the last Sunday of March to the last of October, at 1:00 UTC.
    Eu,
    /// From the first Sunday of October to the first of April, at 2:00 standard time.
    Australia,
    /// From the last Sunday of September to the first of April, at 2:00 standard time.
    NewZealand,
}

/// A name, the distance from UTC, a short name, and summer time with its short name.
type Row = (&'static str, i32, &'static str, Option<(Rule, &'static str)>);

/// The zones people name, with the rules of today: the zone database, which knows all of them at
/// all times, is larger than this engine.
const ZONES: [Row; 78] = [
    ("Africa/Johannesburg", 7_200, "SAST", None),
    ("Africa/Lagos", 3_600, "WAT", None),
    ("Africa/Nairobi", 10_800, "EAT", None),
    ("America/Argentina/Buenos_Aires", -10_800, "-03", None),
    ("America/Bogota", -18_000, "-05", None),
    ("America/Chicago", -21_600, "CST", Some((Rule::Us, "CDT"))),
    ("America/Denver", -25_200, "MST", Some((Rule::Us, "MDT"))),
    ("America/Halifax", -14_400, "AST", Some((Rule::Us, "ADT"))),
    ("America/Los_Angeles", -28_800, "PST", Some((Rule::Us, "PDT"))),
    ("America/Mexico_City", -21_600, "CST", None),
    ("America/New_York", -18_000, "EST", Some((Rule::Us, "EDT"))),
    ("America/Phoenix", -25_200, "MST", None),
    ("America/Sao_Paulo", -10_800, "-03", None),
    ("America/Toronto", -18_000, "EST", Some((Rule::Us, "EDT"))),
    ("America/Vancouver", -28_800, "PST", Some((Rule::Us, "PDT"))),
    ("Asia/Bangkok", 25_200, "+07", None),
    ("Asia/Calcutta", 19_800, "IST", None),
    ("Asia/Chongqing", 28_800, "CST", None),
    ("Asia/Dhaka", 21_600, "+06", None),
    ("Asia/Dubai", 14_400, "+04", None),
    ("Asia/Ho_Chi_Minh", 25_200, "+07", None),
    ("Asia/Hong_Kong", 28_800, "HKT", None),
    ("Asia/Jakarta", 25_200, "WIB", None),
    ("Asia/Karachi", 18_000, "PKT", None),
    ("Asia/Kathmandu", 20_700, "+0545", None),
    ("Asia/Kolkata", 19_800, "IST", None),
    ("Asia/Kuala_Lumpur", 28_800, "+08", None),
    ("Asia/Macau", 28_800, "CST", None),
    ("Asia/Manila", 28_800, "PST", None),
    ("Asia/Riyadh", 10_800, "+03", None),
    ("Asia/Seoul", 32_400, "KST", None),
    ("Asia/Shanghai", 28_800, "CST", None),
    ("Asia/Singapore", 28_800, "+08", None),
    ("Asia/Taipei", 28_800, "CST", None),
    ("Asia/Tokyo", 32_400, "JST", None),
    ("Asia/Urumqi", 21_600, "+06", None),
    ("Australia/Brisbane", 36_000, "AEST", None),
    ("Australia/Melbourne", 36_000, "AEST", Some((Rule::Australia, "AEDT"))),
    ("Australia/Perth", 28_800, "AWST", None),
    ("Australia/Sydney", 36_000, "AEST", Some((Rule::Australia, "AEDT"))),
    ("Etc/GMT", 0, "GMT", None),
    ("Etc/UTC", 0, "UTC", None),
    ("Europe/Amsterdam", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Athens", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Belgrade", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Berlin", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Brussels", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Bucharest", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Budapest", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Copenhagen", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Dublin", 0, "GMT", Some((Rule::Eu, "IST"))),
    ("Europe/Helsinki", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Istanbul", 10_800, "+03", None),
    ("Europe/Kiev", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Kyiv", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Lisbon", 0, "WET", Some((Rule::Eu, "WEST"))),
    ("Europe/London", 0, "GMT", Some((Rule::Eu, "BST"))),
    ("Europe/Madrid", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Moscow", 10_800, "MSK", None),
    ("Europe/Oslo", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Paris", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Prague", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Riga", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Rome", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Sofia", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Stockholm", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Tallinn", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Vienna", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Vilnius", 7_200, "EET", Some((Rule::Eu, "EEST"))),
    ("Europe/Warsaw", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("Europe/Zurich", 3_600, "CET", Some((Rule::Eu, "CEST"))),
    ("GMT", 0, "GMT", None),
    ("Pacific/Auckland", 43_200, "NZST", Some((Rule::NewZealand, "NZDT"))),
    ("US/Central", -21_600, "CST", Some((Rule::Us, "CDT"))),
    ("US/Eastern", -18_000, "EST", Some((Rule::Us, "EDT"))),
    ("US/Mountain", -25_200, "MST", Some((Rule::Us, "MDT"))),
    ("US/Pacific", -28_800, "PST", Some((Rule::Us, "PDT"))),
    ("UTC", 0, "UTC", None),
];

/// The zone of this name at a moment that its clocks show as `local`; an unknown one is UTC.
pub(crate) fn zone(name: &str, local: &Civil) -> Zone {
    let Some((_, offset_secs, short, summer)) = ZONES.iter().find(|(known, ..)| *known == name)
    else {
        return Zone::UTC;
    };
    match summer {
        Some((rule, short)) if rule.holds(local, *offset_secs) => {
            Zone { offset_secs: offset_secs + 3600, name: std::borrow::Cow::Borrowed(short) }
        }
        _ => Zone { offset_secs: *offset_secs, name: std::borrow::Cow::Borrowed(short) },
    }
}

impl Rule {
    /// Whether it is summer time when clocks show `local`.
    fn holds(self, local: &Civil, offset_secs: i32) -> bool {
        let utc_hour = u32::try_from(1 + offset_secs / 3600).unwrap_or(1);
        let sunday = |month, nth, hour| sunday(local.year, month, nth, hour);
        let at = local.ns();
        match self {
            Self::Us => (sunday(3, 2, 2)..sunday(11, 1, 2)).contains(&at),
            Self::Eu => (sunday(3, 0, utc_hour)..sunday(10, 0, utc_hour + 1)).contains(&at),
            Self::Australia => !(sunday(4, 1, 3)..sunday(10, 1, 2)).contains(&at),
            Self::NewZealand => !(sunday(4, 1, 3)..sunday(9, 0, 2)).contains(&at),
        }
    }
}

/// The n-th Sunday of a month, or with 0 the last one, at an hour; months of 31 and 30 days only
/// are asked for their last.
fn sunday(year: i64, month: u32, nth: u32, hour: u32) -> i128 {
    let date = |day| Civil { year, month, day, hour, minute: 0, second: 0, nanosecond: 0 };
    let to_sunday = |day: u32| {
        let weekday = u32::try_from(date(day).weekday()).unwrap_or(0);
        day + (7 - weekday) % 7
    };
    let last_week = if matches!(month, 4 | 6 | 9 | 11) { 24 } else { 25 };
    date(to_sunday(if nth == 0 { last_week } else { 7 * nth - 6 })).ns()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_set_where_and_when_they_are() {
        let at = |month, day, hour| Civil {
            year: 2026,
            month,
            day,
            hour,
            minute: 0,
            second: 0,
            nanosecond: 0,
        };
        for (name, local, expected) in [
            ("America/New_York", at(3, 8, 1), "EST"),
            ("America/New_York", at(3, 8, 3), "EDT"),
            ("America/New_York", at(11, 1, 1), "EDT"),
            ("America/New_York", at(11, 1, 2), "EST"),
            ("Europe/Berlin", at(3, 29, 1), "CET"),
            ("Europe/Berlin", at(3, 29, 3), "CEST"),
            ("Europe/Berlin", at(10, 25, 4), "CET"),
            ("Europe/London", at(7, 1, 0), "BST"),
            ("Australia/Sydney", at(1, 1, 0), "AEDT"),
            ("Australia/Sydney", at(4, 5, 3), "AEST"),
            ("Pacific/Auckland", at(9, 27, 2), "NZDT"),
            ("Asia/Shanghai", at(7, 1, 0), "CST"),
            ("Mars/Phobos", at(7, 1, 0), "UTC"),
        ] {
            assert_eq!(zone(name, &local).name, expected, "{name} {local:?}");
        }
    }
}
