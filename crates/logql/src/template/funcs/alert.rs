//! What the texts of alerts know besides Go's own functions: Prometheus' set.

use super::{Args, Body, printf};
use crate::template::time::Time;
use crate::template::value::Value;

/// What is there, for advice.
pub(super) const NAMES: [&str; 38] = [
    "and",
    "args",
    "eq",
    "externalURL",
    "ge",
    "gt",
    "html",
    "humanize",
    "humanize1024",
    "humanizeDuration",
    "humanizePercentage",
    "humanizeTimestamp",
    "index",
    "js",
    "le",
    "len",
    "lt",
    "match",
    "ne",
    "not",
    "now",
    "or",
    "parseDuration",
    "pathPrefix",
    "print",
    "printf",
    "println",
    "reReplaceAll",
    "safeHtml",
    "slice",
    "stripDomain",
    "stripPort",
    "title",
    "toDuration",
    "toLower",
    "toTime",
    "toUpper",
    "urlquery",
];

/// Why a function that Prometheus has is not there.
pub(super) fn refused(name: &str) -> Option<String> {
    match name {
        "query" | "first" | "value" | "label" | "strvalue" | "sortByLabel" => Some(format!(
            "the function {name:?} would ask for data while a text is written, which is not done \
             here; compute it in expr, and use $value and $labels"
        )),
        "graphLink" | "tableLink" => Some(format!(
            "the function {name:?} makes links to Prometheus; the link to the matching lines is \
             sent with each alert"
        )),
        "tmpl" | "call" => Some(format!("the function {name:?} is not known here")),
        _ => None,
    }
}

pub(super) fn find(name: &str) -> Option<Body> {
    Some(match name {
        "humanize" => |a| shown(a, humanize),
        "humanize1024" => |a| shown(a, humanize_1024),
        "humanizeDuration" => |a| shown(a, humanize_duration),
        "humanizePercentage" => |a| shown(a, |value| Ok(four(value * 100.0)? + "%")),
        "humanizeTimestamp" => |a| {
            shown(a, |value| match time(value) {
                Some(time) => Ok(time.to_string()),
                None => four(value),
            })
        },
        "toTime" => |a| {
            let value = number(a)?;
            let time = time(value).ok_or_else(|| format!("{value} is no time in seconds"))?;
            Ok(Value::Time(time))
        },
        "toUpper" => |a| changed(a, str::to_uppercase),
        "toLower" => |a| changed(a, str::to_lowercase),
        "safeHtml" => |a| changed(a, str::to_owned),
        "stripPort" => |a| changed(a, |host| without_port(host).to_owned()),
        "stripDomain" => |a| changed(a, without_domain),
        "parseDuration" => |a| {
            a.expect(1)?;
            let ns = model::parse_duration(a.text(0)?).map_err(|error| error.to_string())?;
            #[expect(clippy::cast_precision_loss, reason = "seconds are a float in templates")]
            Ok(Value::Float(ns as f64 / 1e9))
        },
        "toDuration" => |a| {
            let value = number(a)?;
            #[expect(clippy::cast_possible_truncation, reason = "a duration is whole")]
            Ok(Value::Text(model::format_duration((value * 1e9) as i64)))
        },
        "externalURL" => |a| {
            a.expect(0)?;
            Ok(Value::Text(a.context.scope.line()))
        },
        "pathPrefix" => |a| {
            a.expect(0)?;
            let url = a.context.scope.line();
            let rest = url.split_once("://").map_or("", |(_, rest)| rest);
            Ok(Value::Text(rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("").to_owned()))
        },
        "args" => |a| {
            let items = a.values.iter().enumerate();
            let named = items.map(|(at, value)| (format!("arg{at}"), value.clone()));
            Ok(Value::Map(named.collect()))
        },
        "match" => |a| {
            a.expect(2)?;
            Ok(Value::Bool(super::pattern::regex(a)?.is_match(a.text(1)?)))
        },
        "reReplaceAll" => |a| {
            a.expect(3)?;
            let values = [a.get(0).clone(), a.get(2).clone(), a.get(1).clone()];
            let swapped = Args { name: a.name, values: &values, context: a.context };
            match super::pattern::find("regexReplaceAll") {
                Some(replace) => replace(&swapped),
                None => Err("there are no regular expressions".to_owned()),
            }
        },
        _ => return None,
    })
}

fn shown(args: &Args<'_>, show: fn(f64) -> Result<String, String>) -> Result<Value, String> {
    Ok(Value::Text(show(number(args)?)?))
}

fn changed(args: &Args<'_>, change: fn(&str) -> String) -> Result<Value, String> {
    args.expect(1)?;
    Ok(Value::Text(change(args.text(0)?)))
}

/// A number, or a text that is one.
fn number(args: &Args<'_>) -> Result<f64, String> {
    args.expect(1)?;
    match args.get(0) {
        Value::Text(text) => {
            text.trim().parse().map_err(|_| format!("{} takes a number, not {text:?}", args.name))
        }
        Value::Int(_) | Value::Float(_) => Ok(args.to_float(0)),
        other => Err(format!("{} takes a number, not a {}", args.name, other.type_name())),
    }
}

/// With four digits that count.
fn four(value: f64) -> Result<String, String> {
    printf::printf("%.4g", &[Value::Float(value)])
}

fn scaled(mut value: f64, base: f64, units: &[&str]) -> Result<String, String> {
    let mut unit = "";
    for next in units {
        if value.abs() < base {
            break;
        }
        unit = next;
        value /= base;
    }
    Ok(four(value)? + unit)
}

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

fn humanize(value: f64) -> Result<String, String> {
    if value == 0.0 || !value.is_finite() {
        four(value)
    } else if value.abs() >= 1.0 {
        scaled(value, 1000.0, &LARGE)
    } else {
        small(value)
    }
}

fn small(mut value: f64) -> Result<String, String> {
    let mut unit = "";
    for next in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        unit = next;
        value *= 1000.0;
    }
    Ok(four(value)? + unit)
}

fn humanize_1024(value: f64) -> Result<String, String> {
    if value.abs() <= 1.0 || !value.is_finite() {
        return four(value);
    }
    scaled(value, 1024.0, &BINARY)
}

fn humanize_duration(value: f64) -> Result<String, String> {
    if !value.is_finite() {
        return four(value);
    }
    if value == 0.0 {
        return Ok(four(value)? + "s");
    }
    if value.abs() < 1.0 {
        return Ok(small(value)? + "s");
    }
    let sign = if value < 0.0 { "-" } else { "" };
    #[expect(clippy::cast_possible_truncation, reason = "a part of a second is not shown")]
    let secs = value.abs() as i64;
    let (s, m, h, d) = (secs % 60, secs / 60 % 60, secs / 3600 % 24, secs / 86_400);
    Ok(if d != 0 {
        format!("{sign}{d}d {h}h {m}m {s}s")
    } else if h != 0 {
        format!("{sign}{h}h {m}m {s}s")
    } else if m != 0 {
        format!("{sign}{m}m {s}s")
    } else {
        format!("{sign}{}s", four(value.abs())?)
    })
}

/// Of seconds since 1970; Prometheus keeps milliseconds.
fn time(secs: f64) -> Option<Time> {
    const MAX_SECS: f64 = 9.2e9;
    #[expect(clippy::cast_possible_truncation, reason = "it was checked")]
    (secs.abs() < MAX_SECS)
        .then(|| Time::utc(i128::from((secs * 1000.0).floor() as i64) * 1_000_000))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            if name.starts_with('[') && name.ends_with(']') {
                return name.trim_matches(['[', ']']);
            }
            if name.contains(':') { host } else { name }
        }
        _ => host,
    }
}

fn without_domain(host: &str) -> String {
    let name = without_port(host);
    if name.parse::<std::net::IpAddr>().is_ok() {
        return host.to_owned();
    }
    let port = host.strip_prefix(name).unwrap_or("");
    format!("{}{port}", name.split('.').next().unwrap_or(name))
}
