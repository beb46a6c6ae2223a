//! Parameters of a request, from the URL or from a form, and the times in them.

use model::{Matcher, TimeRange};
use warp::{Filter, Rejection};

use crate::http::ApiError;
use crate::http::body::read_body;
use crate::query::query_message;

/// A form may hold a long query, not data.
const FORM_LIMIT_BYTES: usize = 1 << 20;

/// Names and values in the order they came.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of `name`; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The value of `name` read by `T`.
    pub fn parsed<T: std::str::FromStr>(
        &self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| ApiError::bad_request(format!("{name}: {text:?} is not {expected}")))
    }

    /// `name` as a time in nanoseconds.
    pub fn time(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.get(name)
            .map(|text| {
                parse_time(text).ok_or_else(|| {
                    ApiError::bad_request(format!(
                        "could not parse '{name}' parameter: {text:?} is not a time, expected \
                         nanoseconds or seconds since 1970, or RFC 3339"
                    ))
                })
            })
            .transpose()
    }

    /// `start` and `end` in nanoseconds, open where absent: the viewer's own API.
    pub fn open_range(&self) -> Result<TimeRange, ApiError> {
        let start = self.parsed("start", "a time in nanoseconds since 1970")?;
        let end = self.parsed("end", "a time in nanoseconds since 1970")?;
        Ok(TimeRange::new(start.unwrap_or(i64::MIN), end.unwrap_or(i64::MAX)))
    }
}

/// The parameters of a GET, or of a POST with a form.
pub fn params() -> impl Filter<Extract = (Result<Params, ApiError>,), Error = Rejection> + Clone {
    let get = warp::get().and(raw_query()).map(|query: String| Ok(Params::parse(query.as_bytes())));
    let post = warp::post().and(raw_query()).and(warp::body::stream()).then(
        |query: String, body| async move {
            let form = read_body(body, FORM_LIMIT_BYTES).await?;
            let mut params = Params::parse(&form);
            params.0.extend(Params::parse(query.as_bytes()).0);
            Ok(params)
        },
    );
    get.or(post).unify()
}

pub fn raw_query() -> impl Filter<Extract = (String,), Error = std::convert::Infallible> + Clone {
    warp::query::raw().or(warp::any().map(String::new)).unify()
}

/// A time as Loki's API takes it: nanoseconds, up to ten digits of seconds, seconds with a
/// fraction, RFC 3339.
pub fn parse_time(text: &str) -> Option<i64> {
    if let Some((seconds, fraction)) = text.split_once('.')
        && !fraction.is_empty()
        && fraction.bytes().all(|b| b.is_ascii_digit())
    {
        let negative = seconds.starts_with('-');
        let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        let (seconds, ns) = (seconds.parse::<i64>().ok()?, digits.parse::<i64>().ok()?);
        return seconds.checked_mul(1_000_000_000)?.checked_add(if negative { -ns } else { ns });
    }
    if text.contains('.')
        && text.contains(['e', 'E'])
        && let Ok(seconds) = text.parse::<f64>()
        && (seconds * 1e9).abs() < 9e18
    {
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        return Some((seconds * 1e9) as i64);
    }
    if let Ok(number) = text.parse::<i64>() {
        return if text.len() <= 10 { number.checked_mul(1_000_000_000) } else { Some(number) };
    }
    let stamp: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(stamp.as_nanosecond()).ok()
}

/// A stream selector without a pipeline; empty text or `{}` means every stream.
pub fn parse_selector(text: &str) -> Result<Vec<Matcher>, ApiError> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if bare.is_empty() || bare == "{}" {
        return Ok(Vec::new());
    }
    match logql::parse_selector(text) {
        Ok(Some(matchers)) => Ok(matchers),
        Ok(None) => Err(ApiError::bad_request("only label matchers are supported")),
        Err(error) => Err(ApiError::bad_request(query_message(text, &error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_loki_reads_them() {
        for (text, expected) in [
            ("1795169400000000000", Some(1_795_169_400_000_000_000)),
            ("1795169400", Some(1_795_169_400_000_000_000)),
            ("1795169400.25", Some(1_795_169_400_250_000_000)),
            ("1.7951694e9", Some(1_795_169_400_000_000_000)),
            ("1.5e300", None),
            ("-1.5", Some(-1_500_000_000)),
            ("2026-11-20T10:10:00Z", Some(1_795_169_400_000_000_000)),
            ("2026-11-20T18:10:00.5+08:00", Some(1_795_169_400_500_000_000)),
            ("yesterday", None),
            ("2026-13-45T00:00:00Z", None),
            ("99999999999999999999", None),
            ("", None),
        ] {
            assert_eq!(parse_time(text), expected, "{text:?}");
        }
    }

    #[test]
    fn parameters_keep_their_order_and_are_decoded() {
        let params = Params::parse(b"match[]=%7Ba%3D%22b%22%7D&match[]=x+y&empty=");
        assert_eq!(params.all("match[]").collect::<Vec<_>>(), ["{a=\"b\"}", "x y"]);
        assert_eq!(params.get("empty"), None);
    }
}
