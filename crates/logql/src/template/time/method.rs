use super::{Civil, Time};
use crate::template::value::Value;

/// What `AddDate` may go back or on, in years, months or days: more than any log spans, and far
/// from where the calendar's arithmetic ends.
const MAX_STEPS: i64 = 1_000_000;

const DAY_NS: i128 = 86_400 * 1_000_000_000;

/// What a method of Go's times that takes arguments gives: `__timestamp__.Format "15:04"`. Those
/// whose answer is a duration of its own kind, such as `Sub`, are not here.
pub(crate) fn method(time: &Time, name: &str, values: &[Value]) -> Result<Value, String> {
    let moved = |ns: i128| Value::Time(Time { ns, zone: time.zone.clone() });
    Ok(match (name, values) {
        ("Format", [Value::Text(layout)]) => Value::Text(time.format(layout)),
        ("Add", [Value::Int(ns)]) => moved(time.ns + i128::from(*ns)),
        ("Truncate", [Value::Int(unit)]) => moved(time.ns - into_unit(time, *unit)),
        ("Round", [Value::Int(unit)]) => {
            let past = into_unit(time, *unit);
            let up = past > 0 && past * 2 >= i128::from(*unit);
            moved(time.ns - past + if up { i128::from(*unit) } else { 0 })
        }
        ("AddDate", [Value::Int(years), Value::Int(months), Value::Int(days)]) => {
            moved(add_date(time, *years, *months, *days)?)
        }
        ("Before", [Value::Time(other)]) => Value::Bool(time.ns < other.ns),
        ("After", [Value::Time(other)]) => Value::Bool(time.ns > other.ns),
        ("Equal", [Value::Time(other)]) => Value::Bool(time.ns == other.ns),
        ("Compare", [Value::Time(other)]) => Value::Int(time.ns.cmp(&other.ns) as i64),
        _ => {
            let types: Vec<&str> = values.iter().map(Value::type_name).collect();
            let types = types.join(", ");
            return Err(format!(
                "a time.Time has no method {name:?} for ({types}) that is known here"
            ));
        }
    })
}

/// How far the time is into its unit, which is counted from the year 1.
fn into_unit(time: &Time, unit: i64) -> i128 {
    if unit <= 0 { 0 } else { (time.ns - super::ZERO_NS).rem_euclid(unit.into()) }
}

/// A day that the month does not have is one of the next month.
fn add_date(time: &Time, years: i64, months: i64, days: i64) -> Result<i128, String> {
    if [years, months, days].iter().any(|steps| !(-MAX_STEPS..=MAX_STEPS).contains(steps)) {
        return Err(format!("AddDate takes steps up to {MAX_STEPS}"));
    }
    let civil = time.civil();
    let month = (civil.year + years) * 12 + i64::from(civil.month) - 1 + months;
    let first = Civil {
        year: month.div_euclid(12),
        month: u32::try_from(month.rem_euclid(12) + 1).unwrap_or(1),
        day: 1,
        ..civil
    };
    let local_ns = first.ns() + i128::from(i64::from(civil.day) - 1 + days) * DAY_NS;
    Ok(local_ns - i128::from(time.zone.offset_secs) * 1_000_000_000)
}
