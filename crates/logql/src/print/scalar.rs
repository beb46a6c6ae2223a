use std::fmt::Write as _;

use model::parse_bytes;

use crate::template;

/// A number as Go prints it: with an exponent below 1e-4 and from 1e6 up, so that it reads back.
pub(super) fn go_float(value: f64) -> String {
    template::shortest(value)
}

/// A duration as Go prints it: `1h0m0s`, `1.5s`, `250ms`.
pub(super) fn go_duration(ns: i64) -> String {
    let size = ns.unsigned_abs();
    let sign = if ns < 0 { "-" } else { "" };
    let (hours, minutes) = (size / 3_600_000_000_000, size / 60_000_000_000 % 60);
    let fraction = |unit: u64, name: &str| {
        let digits = unit.ilog10() as usize;
        let text = format!("{}.{:0digits$}", size / unit, size % unit);
        let text = if digits == 0 { size.to_string() } else { trim_zeros(&text).to_owned() };
        format!("{sign}{text}{name}")
    };
    match size {
        0 => "0s".to_owned(),
        1..1_000 => fraction(1, "ns"),
        1_000..1_000_000 => fraction(1_000, "µs"),
        1_000_000..1_000_000_000 => fraction(1_000_000, "ms"),
        1_000_000_000..60_000_000_000 => fraction(1_000_000_000, "s"),
        _ => {
            let rest = size % 60_000_000_000;
            let secs = format!("{}.{:09}", rest / 1_000_000_000, rest % 1_000_000_000);
            let secs = trim_zeros(&secs);
            if hours > 0 {
                format!("{sign}{hours}h{minutes}m{secs}s")
            } else {
                format!("{sign}{minutes}m{secs}s")
            }
        }
    }
}

/// Without zeros at the end of a fraction.
fn trim_zeros(text: &str) -> &str {
    text.trim_end_matches('0').trim_end_matches('.')
}

/// The number of `vector(…)`: six places as Loki writes it, unless that would lose some.
pub(super) fn fixed(value: f64) -> String {
    let fixed = format!("{value:.6}");
    if fixed.parse() == Ok(value) { fixed } else { go_float(value) }
}

/// A size with a unit where it is exact with one place, as Loki writes it, otherwise in bytes.
pub(super) fn bytes(bytes: u64) -> String {
    if bytes == 0 {
        // Loki writes `0B`, which reads as the start of a binary number, there as well.
        return "0KB".to_owned();
    }
    if bytes < 10 {
        return format!("{bytes}B");
    }
    let units = [(1_000_000_000_000_000, "PB"), (1_000_000_000_000, "TB"), (1_000_000_000, "GB")];
    let units = units.into_iter().chain([(1_000_000, "MB"), (1_000, "kB")]);
    for (size, unit) in units {
        if bytes < size {
            continue;
        }
        let tenths = bytes / (size / 10);
        let text = match tenths {
            0..100 => format!("{}.{}{unit}", tenths / 10, tenths % 10),
            _ => format!("{}{unit}", tenths / 10),
        };
        if parse_bytes(&text) == Ok(bytes) {
            return text;
        }
        break;
    }
    format!("{bytes}B")
}

/// A range in whole numbers of units, as it is read: larger units than the day only where they
/// are all there is. What is no range (an offset may be negative, or finer) is written as Go does.
pub(super) fn range(ns: i64) -> String {
    if ns < 0 || ns % 1_000_000 != 0 {
        return go_duration(ns);
    }
    const UNITS: [(&str, i64, bool); 7] = [
        ("y", 31_536_000_000_000_000, true),
        ("w", 604_800_000_000_000, true),
        ("d", 86_400_000_000_000, false),
        ("h", 3_600_000_000_000, false),
        ("m", 60_000_000_000, false),
        ("s", 1_000_000_000, false),
        ("ms", 1_000_000, false),
    ];
    let mut rest = ns;
    let mut out = String::new();
    for (unit, size, alone) in UNITS {
        if rest < size || (alone && rest % size != 0) {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{}{unit}", rest / size);
        rest %= size;
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}
