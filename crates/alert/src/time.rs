//! Times in texts.

/// RFC 3339 in UTC with as many digits as it takes. Out of any calendar: Go's zero time.
pub(crate) fn rfc3339(ns: i64) -> String {
    match jiff::Timestamp::from_nanosecond(i128::from(ns)) {
        Ok(time) => time.to_string(),
        Err(_) => ZERO.to_owned(),
    }
}

/// How Go writes that there is no time.
pub(crate) const ZERO: &str = "0001-01-01T00:00:00Z";

pub(crate) const SECOND: i64 = 1_000_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
