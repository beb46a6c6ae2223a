use super::Time;
use crate::template::value::Value;

/// What a method of Go's times that takes no arguments gives: `(toDate …).Year`.
pub(crate) fn part(time: &Time, method: &str) -> Option<Value> {
    let civil = time.civil();
    let units = |size: i128| i64::try_from(time.ns.div_euclid(size)).unwrap_or(i64::MAX);
    Some(Value::Int(match method {
        "Unix" => units(1_000_000_000),
        "UnixMilli" => units(1_000_000),
        "UnixMicro" => units(1_000),
        "UnixNano" => units(1),
        "Year" => civil.year,
        "Day" => civil.day.into(),
        "Hour" => civil.hour.into(),
        "Minute" => civil.minute.into(),
        "Second" => civil.second.into(),
        "Nanosecond" => civil.nanosecond.into(),
        "YearDay" => civil.day_of_year(),
        "Month" => return Some(Value::Text(time.format("January"))),
        "Weekday" => return Some(Value::Text(time.format("Monday"))),
        "String" => return Some(Value::Text(time.to_string())),
        "UTC" => return Some(Value::Time(Time::utc(time.ns))),
        _ => return None,
    }))
}
