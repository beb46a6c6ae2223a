//! Times as a person types them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::cli::failure::Failure;

/// The range of `--from` and `--to`, in nanoseconds since 1970: up to now where there is no end,
/// and from `span` before that end on where there is no start.
pub fn between(
    from: Option<&str>,
    to: Option<&str>,
    now: i64,
    zone: &TimeZone,
    span: impl FnOnce() -> Result<i64, Failure>,
) -> Result<(i64, i64), Failure> {
    let end = to.map_or(Ok(now), |to| parse("to", to, now, zone))?;
    let start = match from {
        Some(from) => parse("from", from, now, zone)?,
        None => end.saturating_sub(span()?),
    };
    Ok((start, end))
}

/// Reads `text` as nanoseconds since 1970: RFC 3339, seconds (a fraction too), ms, us or ns since
/// 1970, `now`, `now-1h30m`, or a local time such as `2024-12-17 14:30`.
pub fn parse(flag: &str, text: &str, now: i64, zone: &TimeZone) -> Result<i64, Failure> {
    read(text.trim(), now, zone).ok_or_else(|| {
        Failure::usage(format!(
            "--{flag}: {text:?} is not a time, expected as in 2024-12-17T14:30:00Z, \
             '2024-12-17 14:30', 1734445800 or now-1h"
        ))
    })
}

fn read(text: &str, now: i64, zone: &TimeZone) -> Option<i64> {
    if let Some(rest) = text.strip_prefix("now") {
        let offset = match rest.trim() {
            "" => 0,
            rest if rest.starts_with('-') => model::parse_duration(rest).ok()?,
            rest => model::parse_duration(rest.strip_prefix('+')?).ok()?,
        };
        return now.checked_add(offset);
    }
    if let Some(ns) = epoch(text) {
        return Some(ns);
    }
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return i64::try_from(stamp.as_nanosecond()).ok();
    }
    let local: DateTime = match text.parse() {
        Ok(local) => local,
        Err(_) => DateTime::from(text.parse::<jiff::civil::Date>().ok()?),
    };
    let stamp = local.to_zoned(zone.clone()).ok()?.timestamp();
    i64::try_from(stamp.as_nanosecond()).ok()
}

/// By the number of digits: up to 11 seconds, 12 to 14 ms, 15 to 17 us, 18 and 19 ns.
fn epoch(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.contains('.').then(|| crate::http::parse_time(text)).flatten();
    }
    let unit = match digits.len() {
        ..=11 => 1_000_000_000,
        12..=14 => 1_000_000,
        15..=17 => 1_000,
        _ => 1,
    };
    text.parse::<i64>().ok()?.checked_mul(unit)
}

/// A local time to read: `2024-12-17 14:30:52.123`.
pub fn show(ns: i64, zone: &TimeZone) -> String {
    match Timestamp::from_nanosecond(i128::from(ns)) {
        Ok(stamp) => Zoned::new(stamp, zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        Err(_) => ns.to_string(),
    }
}

/// The same for programs: RFC 3339 in UTC.
pub fn rfc3339(ns: i64) -> String {
    Timestamp::from_nanosecond(i128::from(ns)).map_or_else(|_| ns.to_string(), |t| t.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_typed() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        let now = 1_734_445_800_000_000_000;
        for (text, expected) in [
            ("now", Some(now)),
            ("now-1h", Some(now - 3_600_000_000_000)),
            ("now - 1h", None),
            ("now+5m", Some(now + 300_000_000_000)),
            ("1734445800", Some(now)),
            ("1734445800.5", Some(now + 500_000_000)),
            ("1734445800000", Some(now)),
            ("1734445800000000", Some(now)),
            ("1734445800000000000", Some(now)),
            ("2024-12-17T14:30:00Z", Some(now)),
            ("2024-12-17T22:30:00+08:00", Some(now)),
            ("2024-12-17 22:30", Some(now)),
            ("2024-12-17 22:30:00.250", Some(now + 250_000_000)),
            ("2024-12-17T22:30", Some(now)),
            ("2024-12-17", Some(1_734_364_800_000_000_000)),
            ("yesterday", None),
            ("now-", None),
            ("now1h", None),
            ("", None),
        ] {
            assert_eq!(read(text, now, &zone), expected, "{text:?}");
        }
    }
}
