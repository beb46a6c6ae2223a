//! Times.

use super::{Args, Body};
use crate::template::time::{Time, ZERO_NS, Zone, parse, zone};
use crate::template::value::Value;

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "now" => |a| {
            a.expect(0)?;
            Ok(Value::Time(Time::utc(a.context.scope.now().into())))
        },
        "__timestamp__" => |a| {
            a.expect(0)?;
            Ok(Value::Time(Time::utc(a.context.scope.timestamp().into())))
        },
        "date" => |a| {
            a.expect(2)?;
            Ok(Value::Text(moment(a, 1)?.format(a.text(0)?)))
        },
        "toDate" => |a| {
            a.expect(2)?;
            Ok(read(a.text(0)?, a.text(1)?, &Zone::UTC))
        },
        "toDateInZone" => |a| {
            a.expect(3)?;
            Ok(read_in_zone(a.text(0)?, a.text(2)?, a.text(1)?))
        },
        "unixEpoch" => |a| epoch(a, 1_000_000_000),
        "unixEpochMillis" => |a| epoch(a, 1_000_000),
        "unixEpochNanos" => |a| epoch(a, 1),
        "unixToTime" => from_unix,
        _ => return None,
    })
}

/// A text that is no time in this layout is the year 1.
fn read(layout: &str, text: &str, zone: &Zone) -> Value {
    Value::Time(parse(layout, text, zone).unwrap_or(Time::utc(ZERO_NS)))
}

/// Where the text names no zone itself, its clock is that of `name`.
fn read_in_zone(layout: &str, text: &str, name: &str) -> Value {
    let local = match parse(layout, text, &Zone::UTC) {
        Some(time) => time.civil(),
        None => return Value::Time(Time::utc(ZERO_NS)),
    };
    read(layout, text, &zone(name, &local))
}

fn moment(args: &Args<'_>, at: usize) -> Result<Time, String> {
    match args.get(at) {
        Value::Time(time) => Ok(time.clone()),
        Value::Int(secs) => Ok(Time::utc(i128::from(*secs) * 1_000_000_000)),
        _ => Ok(Time::utc(args.context.scope.now().into())),
    }
}

fn epoch(args: &Args<'_>, unit_ns: i128) -> Result<Value, String> {
    args.expect(1)?;
    match args.get(0) {
        Value::Time(time) => Ok(Value::Text(time.ns.div_euclid(unit_ns).to_string())),
        other => Err(format!("{} takes a time, not a {}", args.name, other.type_name())),
    }
}

/// The number of digits says the unit: days, seconds, milli-, micro- or nanoseconds.
fn from_unix(args: &Args<'_>) -> Result<Value, String> {
    args.expect(1)?;
    let text = args.text(0)?;
    let wrong = || format!("{text:?} is no time, expected 5, 10, 13, 16 or 19 digits");
    let number: i128 = text.parse().map_err(|_| wrong())?;
    let unit_ns = match text.len() {
        5 => 86_400_000_000_000,
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        _ => return Err(wrong()),
    };
    Ok(Value::Time(Time::utc(number * unit_ns)))
}
