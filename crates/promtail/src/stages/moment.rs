use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use logql::template::{WallTime, read_time};

/// How a text says a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Seconds, milliseconds … since 1970, each so many nanoseconds.
    Unix(i64),
    /// A layout of Go, and whether it is one that Promtail has a name for: those know no location.
    Layout { layout: String, is_named: bool },
}

impl Format {
    pub(super) fn new(text: &str) -> Self {
        let named = match text {
            "Unix" => return Self::Unix(1_000_000_000),
            "UnixMs" => return Self::Unix(1_000_000),
            "UnixUs" => return Self::Unix(1_000),
            "UnixNs" => return Self::Unix(1),
            "ANSIC" => "Mon Jan _2 15:04:05 2006",
            "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
            "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
            "RFC822" => "02 Jan 06 15:04 MST",
            "RFC822Z" => "02 Jan 06 15:04 -0700",
            "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
            "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
            "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
            "RFC3339" => "2006-01-02T15:04:05Z07:00",
            "RFC3339Nano" => "2006-01-02T15:04:05.999999999Z07:00",
            _ => "",
        };
        match named {
            "" => Self::Layout { layout: text.to_owned(), is_named: false },
            layout => Self::Layout { layout: layout.to_owned(), is_named: true },
        }
    }

    /// Nanoseconds since 1970. `now` tells the year where the text does not.
    pub(super) fn read(&self, text: &str, zone: &TimeZone, now: i64) -> Option<i64> {
        match self {
            Self::Unix(unit_ns) => unix(text, *unit_ns),
            Self::Layout { layout, is_named } => {
                let zone = if *is_named { &TimeZone::UTC } else { zone };
                let has_year = layout.contains("06");
                let wall = read_time(layout, text)?;
                let wall = if has_year { wall } else { with_year(wall, zone, now)? };
                nanos(wall, zone)
            }
        }
    }
}

fn unix(text: &str, unit_ns: i64) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i64 = whole.parse().ok()?;
    if fraction.is_empty() {
        return whole.checked_mul(unit_ns);
    }
    if unit_ns != 1_000_000_000 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let rest: i64 = nine.parse().ok()?;
    let rest = if text.starts_with('-') { -rest } else { rest };
    whole.checked_mul(unit_ns)?.checked_add(rest)
}

fn civil(wall: WallTime) -> Option<DateTime> {
    let ns = wall.ns;
    let seconds = i64::try_from(ns.div_euclid(1_000_000_000)).ok()?;
    let rest = i32::try_from(ns.rem_euclid(1_000_000_000)).ok()?;
    let moment = jiff::Timestamp::new(seconds, rest).ok()?;
    Some(TimeZone::UTC.to_datetime(moment))
}

/// The year that is nearest: December is last year's in January, January next year's in December.
fn with_year(wall: WallTime, zone: &TimeZone, now: i64) -> Option<WallTime> {
    let date = civil(wall)?;
    let now = jiff::Timestamp::from_nanosecond(now.into()).ok()?;
    let today = zone.to_datetime(now);
    let year = match (date.month(), today.month()) {
        (12, 1) => today.year() - 1,
        (1, 12) => today.year() + 1,
        _ => today.year(),
    };
    // As Go adds years: the 29th of February becomes the 1st of March where there is none.
    let date =
        date.with().year(year).build().or_else(|_| date.with().year(year).month(3).day(1).build());
    let moment = TimeZone::UTC.to_timestamp(date.ok()?).ok()?;
    Some(WallTime { ns: moment.as_nanosecond(), ..wall })
}

fn nanos(wall: WallTime, zone: &TimeZone) -> Option<i64> {
    let ns = match wall.offset_secs {
        Some(offset) => wall.ns - i128::from(offset) * 1_000_000_000,
        None if *zone == TimeZone::UTC => wall.ns,
        None => zone.to_timestamp(civil(wall)?).ok()?.as_nanosecond(),
    };
    i64::try_from(ns).ok()
}
