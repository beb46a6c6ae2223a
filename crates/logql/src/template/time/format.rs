use std::fmt::Write as _;

use super::Time;

/// A part of a layout, each named after what it stands for at 2006-01-02 15:04:05.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'l> {
    Text(&'l str),
    LongYear,
    ShortYear,
    LongMonth,
    ShortMonth,
    ZeroMonth,
    Month,
    LongWeekday,
    ShortWeekday,
    ZeroDay,
    SpaceDay,
    Day,
    DayOfYear,
    Hour,
    ZeroHour12,
    Hour12,
    ZeroMinute,
    Minute,
    ZeroSecond,
    Second,
    UpperPm,
    LowerPm,
    ZoneName,
    /// `-0700` and its like: a colon, only hours, `Z` for UTC.
    Offset {
        colon: bool,
        short: bool,
        z: bool,
    },
    /// `.000` or `,999`: so many digits; nines leave zeros at the end out.
    Fraction {
        point: char,
        digits: usize,
        trim: bool,
    },
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const PARTS: [(&str, Part<'static>); 31] = [
    ("January", Part::LongMonth),
    ("Jan", Part::ShortMonth),
    ("Monday", Part::LongWeekday),
    ("Mon", Part::ShortWeekday),
    ("MST", Part::ZoneName),
    ("2006", Part::LongYear),
    ("-07:00:00", Part::Offset { colon: true, short: false, z: false }),
    ("-07:00", Part::Offset { colon: true, short: false, z: false }),
    ("-0700", Part::Offset { colon: false, short: false, z: false }),
    ("-07", Part::Offset { colon: false, short: true, z: false }),
    ("Z07:00", Part::Offset { colon: true, short: false, z: true }),
    ("Z0700", Part::Offset { colon: false, short: false, z: true }),
    ("Z07", Part::Offset { colon: false, short: true, z: true }),
    ("002", Part::DayOfYear),
    ("01", Part::ZeroMonth),
    ("02", Part::ZeroDay),
    ("03", Part::ZeroHour12),
    ("04", Part::ZeroMinute),
    ("05", Part::ZeroSecond),
    ("06", Part::ShortYear),
    ("15", Part::Hour),
    ("_2006", Part::Text("_")),
    ("_2", Part::SpaceDay),
    ("PM", Part::UpperPm),
    ("pm", Part::LowerPm),
    ("1", Part::Month),
    ("2", Part::Day),
    ("3", Part::Hour12),
    ("4", Part::Minute),
    ("5", Part::Second),
    ("", Part::Text("")),
];

/// Takes a layout apart.
pub(super) fn parts(layout: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut text_start = 0;
    let mut at = 0;
    while at < layout.len() {
        let rest = layout.get(at..).unwrap_or("");
        let Some((len, part)) = part(rest) else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if text_start < at {
            found.push(Part::Text(layout.get(text_start..at).unwrap_or("")));
        }
        found.push(part);
        at += len;
        text_start = at;
    }
    if text_start < layout.len() {
        found.push(Part::Text(layout.get(text_start..).unwrap_or("")));
    }
    found
}

fn part(rest: &str) -> Option<(usize, Part<'_>)> {
    if let Some((len, fraction)) = fraction(rest) {
        return Some((len, fraction));
    }
    let (text, part) = PARTS.iter().find(|(text, _)| !text.is_empty() && rest.starts_with(text))?;
    match part {
        // `_2006` is an underscore and a year.
        Part::Text(_) => Some((1, Part::Text(rest.get(..1).unwrap_or("")))),
        part => Some((text.len(), *part)),
    }
}

/// `.000`, `,999`: not where digits go on.
fn fraction(rest: &str) -> Option<(usize, Part<'_>)> {
    let point = rest.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let digit = rest.chars().nth(1).filter(|c| matches!(c, '0' | '9'))?;
    let digits = rest.chars().skip(1).take_while(|c| *c == digit).count();
    if rest.chars().nth(1 + digits).is_some_and(|c| c.is_ascii_digit()) {
        return None;
    }
    Some((1 + digits, Part::Fraction { point, digits, trim: digit == '9' }))
}

pub(super) fn format(time: &Time, layout: &str) -> String {
    let civil = time.civil();
    let mut out = String::with_capacity(layout.len() + 8);
    let hour12 = if civil.hour.is_multiple_of(12) { 12 } else { civil.hour % 12 };
    let month = MONTHS.get(civil.month as usize - 1).copied().unwrap_or("");
    let weekday = WEEKDAYS.get(civil.weekday()).copied().unwrap_or("");
    for part in parts(layout) {
        // Writing to a String cannot fail.
        let _ = match part {
            Part::Text(text) => write!(out, "{text}"),
            Part::LongYear => write!(out, "{:04}", civil.year),
            Part::ShortYear => write!(out, "{:02}", civil.year.rem_euclid(100)),
            Part::LongMonth => write!(out, "{month}"),
            Part::ShortMonth => write!(out, "{}", month.get(..3).unwrap_or("")),
            Part::ZeroMonth => write!(out, "{:02}", civil.month),
            Part::Month => write!(out, "{}", civil.month),
            Part::LongWeekday => write!(out, "{weekday}"),
            Part::ShortWeekday => write!(out, "{}", weekday.get(..3).unwrap_or("")),
            Part::ZeroDay => write!(out, "{:02}", civil.day),
            Part::SpaceDay => write!(out, "{:2}", civil.day),
            Part::Day => write!(out, "{}", civil.day),
            Part::DayOfYear => write!(out, "{:03}", civil.day_of_year()),
            Part::Hour => write!(out, "{:02}", civil.hour),
            Part::ZeroHour12 => write!(out, "{hour12:02}"),
            Part::Hour12 => write!(out, "{hour12}"),
            Part::ZeroMinute => write!(out, "{:02}", civil.minute),
            Part::Minute => write!(out, "{}", civil.minute),
            Part::ZeroSecond => write!(out, "{:02}", civil.second),
            Part::Second => write!(out, "{}", civil.second),
            Part::UpperPm => write!(out, "{}", if civil.hour >= 12 { "PM" } else { "AM" }),
            Part::LowerPm => write!(out, "{}", if civil.hour >= 12 { "pm" } else { "am" }),
            Part::ZoneName if time.zone.name.is_empty() => {
                offset(time.zone.offset_secs, false, true, &mut out)
            }
            Part::ZoneName => write!(out, "{}", time.zone.name),
            Part::Offset { z: true, .. } if time.zone.offset_secs == 0 => write!(out, "Z"),
            Part::Offset { colon, short, .. } => {
                offset(time.zone.offset_secs, colon, short, &mut out)
            }
            Part::Fraction { point, digits, trim } => {
                let all = format!("{:09}", civil.nanosecond);
                let kept = all.get(..digits.min(9)).unwrap_or(&all);
                let kept = if trim { kept.trim_end_matches('0') } else { kept };
                if kept.is_empty() { Ok(()) } else { write!(out, "{point}{kept}") }
            }
        };
    }
    out
}

fn offset(secs: i32, colon: bool, short: bool, out: &mut String) -> std::fmt::Result {
    let sign = if secs < 0 { '-' } else { '+' };
    let minutes = secs.unsigned_abs() / 60;
    write!(out, "{sign}{:02}", minutes / 60)?;
    match (short && minutes.is_multiple_of(60), colon) {
        (true, _) => Ok(()),
        (false, true) => write!(out, ":{:02}", minutes % 60),
        (false, false) => write!(out, "{:02}", minutes % 60),
    }
}
