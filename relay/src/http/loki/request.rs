//! The parameters of `query` and `query_range`, with Loki's defaults.

use logql::{Direction, QueryKind};
use model::TimeRange;

use crate::http::params::Params;
use crate::http::{ApiError, App};
use crate::limits::{Limits, MAX_QUERY_BYTES};

pub const DEFAULT_LIMIT: usize = 100;
pub const DEFAULT_SINCE_NS: i64 = 3_600_000_000_000;
const SECOND_NS: i64 = 1_000_000_000;

/// Nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub start: i64,
    pub end: i64,
}

pub fn now_ns() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}

/// `start` and `end`; by default the last while ending now.
pub fn range(params: &Params, default_since_ns: i64) -> Result<Range, ApiError> {
    range_at(params, default_since_ns, now_ns())
}

fn range_at(params: &Params, default_since_ns: i64, now: i64) -> Result<Range, ApiError> {
    let end = params.time("end")?.unwrap_or(now);
    let since = match params.get("since") {
        None => default_since_ns,
        Some(text) => model::parse_duration(text).map_err(|error| {
            ApiError::bad_request(format!("could not parse 'since' parameter: {error}"))
        })?,
    };
    // An end in the future would put the default start there as well.
    let start = params.time("start")?.unwrap_or_else(|| end.min(now).saturating_sub(since));
    if end < start {
        return Err(ApiError::bad_request(
            "end timestamp must not be before or equal to start time",
        ));
    }
    Ok(Range { start, end })
}

/// Seconds, with or without a fraction, or a duration.
fn seconds_or_duration(text: &str) -> Result<i64, ApiError> {
    let error = || ApiError::bad_request(format!("cannot parse {text:?} to a valid duration"));
    if let Ok(seconds) = text.parse::<f64>() {
        let ns = seconds * 1e9;
        if !ns.is_finite() || ns.abs() > 9.2e18 {
            return Err(error());
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
        return Ok(ns.round() as i64);
    }
    model::parse_duration(text).ok().filter(|ns| *ns >= 0).ok_or_else(error)
}

/// The text of the query.
pub fn query(params: &Params) -> Result<&str, ApiError> {
    let text = params.get("query").unwrap_or_default();
    if text.len() > MAX_QUERY_BYTES {
        return Err(ApiError::bad_request(format!(
            "the query is {} bytes long, expected at most {MAX_QUERY_BYTES}",
            text.len()
        )));
    }
    Ok(text)
}

/// `start` and `end` of a request that reads what lies between; by default the last hour.
pub fn limited_range(params: &Params, app: &App) -> Result<Range, ApiError> {
    let range = range(params, DEFAULT_SINCE_NS)?;
    check_length(range, app)?;
    Ok(range)
}

/// Refuses what reads from a longer time than is allowed.
pub fn check_length(range: Range, app: &App) -> Result<(), ApiError> {
    check_kept(range, &app.config().limits, || app.store().ok()?.span())
}

/// Only time of which anything is kept counts, so that "from the beginning" can be asked.
fn check_kept(
    range: Range,
    limits: &Limits,
    kept: impl FnOnce() -> Option<TimeRange>,
) -> Result<(), ApiError> {
    let length = |range: Range| i128::from(range.end) - i128::from(range.start);
    let Some(max) = limits.max_query_length.and_then(|max| i64::try_from(max.as_nanos()).ok())
    else {
        return Ok(());
    };
    if length(range) <= i128::from(max) {
        return Ok(());
    }
    let Some(kept) = kept() else { return Ok(()) };
    let counted = Range { start: range.start.max(kept.start.0), end: range.end.min(kept.end.0) };
    if length(counted) <= i128::from(max) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!(
        "the query time range exceeds the limit (query length: {}, limit: {}): ask for a shorter \
         one, or start the relay with --max-query-length 0 to allow any",
        model::format_duration(counted.end.saturating_sub(counted.start)),
        model::format_duration(max),
    )))
}

/// The step asked for, or the default for the range: never more points than `limits` allow.
pub fn step(params: &Params, range: Range, limits: &Limits) -> Result<i64, ApiError> {
    let length = range.end.saturating_sub(range.start);
    let step_ns = match params.get("step") {
        Some(text) => seconds_or_duration(text)?,
        None => {
            let fewest = length / i64::try_from(limits.max_points).unwrap_or(i64::MAX).max(1);
            default_step(length).max(fewest.saturating_add(SECOND_NS) / SECOND_NS * SECOND_NS)
        }
    };
    if step_ns <= 0 {
        return Err(ApiError::bad_request(
            "zero or negative query resolution step widths are not accepted. \
             Try a positive integer",
        ));
    }
    // More points than a chart can show are a mistake, and cost as if they were none.
    if usize::try_from(length / step_ns).is_ok_and(|points| points <= limits.max_points) {
        return Ok(step_ns);
    }
    Err(ApiError::bad_request(format!(
        "exceeded maximum resolution of {} points per time series. \
         Try increasing the value of the step parameter",
        limits.max_points
    )))
}

/// What `query_range` evaluates.
pub fn range_kind(params: &Params, app: &App) -> Result<QueryKind, ApiError> {
    let range = limited_range(params, app)?;
    let step_ns = step(params, range, &app.config().limits)?;
    Ok(QueryKind::Range { start: range.start, end: range.end, step_ns })
}

/// Loki's: a 250th of the range in whole seconds, at least one.
pub const fn default_step(length_ns: i64) -> i64 {
    let step = length_ns / 250 / SECOND_NS * SECOND_NS;
    if step < SECOND_NS { SECOND_NS } else { step }
}

/// What `query` evaluates.
pub fn instant_kind(params: &Params) -> Result<QueryKind, ApiError> {
    Ok(QueryKind::Instant { at: params.time("time")?.unwrap_or_else(now_ns) })
}

/// Entries asked for.
pub fn limit(params: &Params, max_entries: usize) -> Result<usize, ApiError> {
    let limit = positive(params, "limit", DEFAULT_LIMIT.min(max_entries))?;
    if limit > max_entries {
        return Err(ApiError::bad_request(format!(
            "max entries limit per query exceeded, limit > max_entries_limit_per_query \
             ({limit} > {max_entries})"
        )));
    }
    Ok(limit)
}

/// A number of things that is asked for.
pub fn positive(params: &Params, name: &str, default: usize) -> Result<usize, ApiError> {
    let Some(number) = params.parsed::<i64>(name, "a whole number")? else {
        return Ok(default);
    };
    usize::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| ApiError::bad_request(format!("{name} must be a positive value")))
}

pub fn direction(params: &Params) -> Result<Direction, ApiError> {
    match params.get("direction").map(str::to_ascii_lowercase).as_deref() {
        None | Some("backward") => Ok(Direction::Backward),
        Some("forward") => Ok(Direction::Forward),
        Some(other) => Err(ApiError::bad_request(format!(
            "invalid direction '{other}', expected forward or backward"
        ))),
    }
}

/// Entries of a log query closer together than this are left out; zero keeps all.
pub fn interval(params: &Params) -> Result<i64, ApiError> {
    let interval = params.get("interval").map_or(Ok(0), seconds_or_duration)?;
    if interval < 0 {
        return Err(ApiError::bad_request("interval must be >= 0"));
    }
    Ok(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> Params {
        Params::parse(text.as_bytes())
    }

    #[test]
    fn the_range_has_lokis_defaults() {
        let now = 10_000 * SECOND_NS;
        for (text, expected) in [
            ("", Some((6_400, 10_000))),
            ("since=2m", Some((9_880, 10_000))),
            ("start=1&end=2", Some((1, 2))),
            ("end=5000", Some((1_400, 5_000))),
            ("end=20000", Some((6_400, 20_000))),
            ("start=3&since=2m&end=9", Some((3, 9))),
            ("start=2&end=2", Some((2, 2))),
            ("start=2&end=1", None),
            ("since=long", None),
            ("start=x", None),
        ] {
            let found = range_at(&params(text), DEFAULT_SINCE_NS, now).ok();
            let found = found.map(|r| (r.start / SECOND_NS, r.end / SECOND_NS));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_step_is_seconds_or_a_duration() {
        let range = Range { start: 0, end: 3600 * SECOND_NS };
        let few = Limits { max_points: 100, ..Limits::default() };
        assert_eq!(step(&params(""), range, &few).ok(), Some(37 * SECOND_NS));
        let step = |text: &str| {
            step(&params(text), range, &Limits::default()).map_err(|error| error.to_string())
        };
        assert_eq!(step(""), Ok(14 * SECOND_NS));
        assert_eq!(step("step=60"), Ok(60 * SECOND_NS));
        assert_eq!(step("step=22.5"), Ok(22_500_000_000));
        assert_eq!(step("step=1m30s"), Ok(90 * SECOND_NS));
        for (text, expected) in [
            ("step=0", "zero or negative query resolution"),
            ("step=-60", "zero or negative query resolution"),
            ("step=-1m", "cannot parse \"-1m\" to a valid duration"),
            ("step=fast", "cannot parse \"fast\" to a valid duration"),
            ("step=10ms", "exceeded maximum resolution of 11000 points"),
        ] {
            let error = step(text).unwrap_err();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_range_can_be_too_long() {
        let hours = |start: i64, end: i64| Range {
            start: start.saturating_mul(3600 * SECOND_NS),
            end: end.saturating_mul(3600 * SECOND_NS),
        };
        let kept = |range: Range| Some(TimeRange::new(range.start, range.end));
        let limits = Limits::default();
        let any = Limits { max_query_length: None, ..limits.clone() };
        for (asked, kept, limits, ok) in [
            (hours(0, 721), kept(hours(0, 9000)), &limits, true),
            (hours(0, 722), kept(hours(0, 9000)), &limits, false),
            (hours(0, 722), kept(hours(0, 9000)), &any, true),
            (hours(0, 9000), kept(hours(8800, 9000)), &limits, true),
            (hours(0, 9000), None, &limits, true),
            (hours(i64::MIN, i64::MAX), kept(hours(0, 9000)), &limits, false),
        ] {
            assert_eq!(check_kept(asked, limits, || kept).is_ok(), ok, "{asked:?} {kept:?}");
        }
    }

    #[test]
    fn the_limit_is_checked() {
        for (text, expected) in [
            ("", Ok(100)),
            ("limit=5000", Ok(5000)),
            ("limit=5001", Err("max entries limit per query exceeded")),
            ("limit=0", Err("limit must be a positive value")),
            ("limit=-5", Err("limit must be a positive value")),
            ("limit=many", Err("limit: \"many\" is not a whole number")),
            ("limit=1.5", Err("limit: \"1.5\" is not a whole number")),
        ] {
            match (limit(&params(text), 5000), expected) {
                (Ok(found), expected) => assert_eq!(Ok(found), expected, "{text}"),
                (Err(error), Err(start)) => {
                    assert!(error.to_string().starts_with(start), "{error}");
                }
                (Err(error), Ok(_)) => panic!("{text}: {error}"),
            }
        }
    }
}
