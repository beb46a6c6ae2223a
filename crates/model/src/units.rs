/// Units of durations and their nanoseconds: those of a clock first, which label values know; a
/// query and a setting know the rest as well.
const DURATION_UNITS: [(&str, i64); 11] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
    ("y", 31_536_000_000_000_000),
];
const NUM_CLOCK_UNITS: usize = 8;

/// Prefixes of sizes, each a thousand of the one before; the last is known in label values only.
const SIZE_PREFIXES: [&str; 7] = ["", "k", "m", "g", "t", "p", "e"];

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    #[error("{text:?} is not a duration, expected a number and a unit as in 5m, 1h30m or 250ms")]
    Duration { text: String },
    #[error("missing unit in duration {text:?}")]
    MissingUnit { text: String },
    #[error("unknown unit {unit:?} in duration {text:?}")]
    UnknownUnit { unit: String, text: String },
    #[error("{text:?} is not a size, expected a number and a unit as in 10GB or 512MiB")]
    Bytes { text: String },
}

/// Nanoseconds of a duration as LogQL, Go and Prometheus write it: `5m`, `1h30m`, `1.5s`, `7d`,
/// `-1h`.
pub fn parse_duration(text: &str) -> Result<i64, UnitError> {
    let error = || UnitError::Duration { text: text.to_owned() };
    if text.starts_with('+') {
        return Err(error());
    }
    read_duration(text, &DURATION_UNITS).map_err(|_| error())
}

/// Nanoseconds of a duration as it stands in the value of a label: without days and longer units.
/// The error says what exactly is wrong.
pub fn parse_value_duration(text: &str) -> Result<i64, UnitError> {
    read_duration(text, DURATION_UNITS.split_at(NUM_CLOCK_UNITS).0)
}

fn read_duration(text: &str, units: &[(&str, i64)]) -> Result<i64, UnitError> {
    let error = || UnitError::Duration { text: text.to_owned() };
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1_i128, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(error());
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        let unit_len = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        if unit.is_empty() {
            return Err(UnitError::MissingUnit { text: text.to_owned() });
        }
        let Some((_, unit_ns)) = units.iter().find(|(name, _)| *name == unit) else {
            return Err(UnitError::UnknownUnit { unit: unit.to_owned(), text: text.to_owned() });
        };
        let part = parts_ns(digits, *unit_ns).ok_or_else(error)?;
        total = total.checked_add(part).ok_or_else(error)?;
        rest = after;
    }
    i64::try_from(sign * total).map_err(|_| error())
}

/// Whole and fraction apart, so that nanoseconds of large numbers stay exact.
fn parts_ns(digits: &str, unit_ns: i64) -> Option<i128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    // Step by step as Go does it, for the same nanosecond: 0.250001s is 250001 thousandths of a
    // millisecond, not what the nearest number to 0.250001 would give.
    let (mut value, mut scale) = (0_i64, 1.0_f64);
    for digit in fraction.chars().filter_map(|c| c.to_digit(10)) {
        let Some(next) = value.checked_mul(10).and_then(|v| v.checked_add(digit.into())) else {
            break;
        };
        value = next;
        scale *= 10.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "so does Go")]
    let rest = value as f64 * (unit_ns as f64 / scale);
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a unit")]
    let rest = rest as i128;
    whole.checked_mul(i128::from(unit_ns))?.checked_add(rest)
}

/// A duration in the largest units that are exact: `1h30m`, `250ms`.
pub fn format_duration(ns: i64) -> String {
    if ns == 0 {
        return "0s".to_owned();
    }
    let mut rest = ns.unsigned_abs();
    let mut text = if ns < 0 { "-".to_owned() } else { String::new() };
    for (unit, size) in
        [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000)]
    {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if rest > 0 {
        text.push_str(&format!("{rest}ns"));
    }
    text
}

/// Bytes of a size: `10GB` (powers of 1000), `512MiB` (powers of 1024), `1.5k`, `200`.
pub fn parse_bytes(text: &str) -> Result<u64, UnitError> {
    let text = text.trim();
    let error = || UnitError::Bytes { text: text.to_owned() };
    let is_value = text.contains(',') || text.to_ascii_lowercase().ends_with('i');
    if is_value { Err(error()) } else { read_bytes(text, SIZE_PREFIXES.len() - 1) }
}

/// Bytes of a size as it stands in the value of a label: `4ki`, `1,024KB` and `1EB` as well.
pub fn parse_value_bytes(text: &str) -> Result<u64, UnitError> {
    read_bytes(text, SIZE_PREFIXES.len())
}

/// A part of a byte is cut off.
fn read_bytes(text: &str, num_prefixes: usize) -> Result<u64, UnitError> {
    let error = || UnitError::Bytes { text: text.to_owned() };
    let split =
        text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let value: f64 = digits.replace(',', "").parse().map_err(|_| error())?;
    let unit = unit.trim().to_lowercase();
    let (base, prefix) = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('i')) {
        Some(prefix) if !prefix.is_empty() => (1024.0_f64, prefix),
        _ => (1000.0, unit.strip_suffix('b').unwrap_or(&unit)),
    };
    let known = SIZE_PREFIXES.iter().take(num_prefixes).position(|known| *known == prefix);
    let power = i32::try_from(known.ok_or_else(error)?).map_err(|_| error())?;
    let bytes = value * base.powi(power);
    if bytes >= 18_446_744_073_709_551_615.0 {
        return Err(error());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and checked just above"
    )]
    let bytes = bytes as u64;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, ns) in [
            ("5m", Some(300_000_000_000)),
            ("1h30m", Some(5_400_000_000_000)),
            ("1.5s", Some(1_500_000_000)),
            ("47.250001s", Some(47_250_001_000)),
            ("0.00000000000000000000000001s", Some(0)),
            ("-1h", Some(-3_600_000_000_000)),
            ("7d", Some(604_800_000_000_000)),
            ("1y", Some(31_536_000_000_000_000)),
            ("2562047h47m16.854775807s", Some(i64::MAX)),
            ("+5m", None),
            ("0", Some(0)),
            ("5", None),
            ("", None),
            ("m", None),
            ("5q", None),
        ] {
            assert_eq!(parse_duration(text).ok(), ns, "{text:?}");
        }
        assert_eq!(format_duration(5_400_000_000_000), "1h30m");
        assert_eq!(format_duration(-250_000_000), "-250ms");
    }

    #[test]
    fn sizes_are_read() {
        for (text, bytes) in [
            ("10GB", Some(10_000_000_000)),
            ("512MiB", Some(536_870_912)),
            ("1.5k", Some(1500)),
            ("200", Some(200)),
            ("1 KB", Some(1000)),
            ("4ki", None),
            ("1EB", None),
            ("1,024", None),
            ("x", None),
            ("1qb", None),
        ] {
            assert_eq!(parse_bytes(text).ok(), bytes, "{text:?}");
        }
    }

    #[test]
    fn label_values_are_read() {
        for (text, expected) in [
            ("1h30m", Some(5_400_000_000_000)),
            ("-1.5s", Some(-1_500_000_000)),
            ("0", Some(0)),
            (".5s", Some(500_000_000)),
            ("1µs", Some(1000)),
            ("5", None),
            ("1d", None),
            ("s", None),
            ("", None),
            ("1.2.3s", None),
        ] {
            assert_eq!(parse_value_duration(text).ok(), expected, "{text:?}");
        }
        for (text, expected) in [
            ("5KB", Some(5000)),
            ("1.5kb", Some(1500)),
            ("1MiB", Some(1_048_576)),
            ("4ki", Some(4096)),
            ("1,024KB", Some(1_024_000)),
            ("5 KB", Some(5000)),
            ("0.4B", Some(0)),
            ("7b", Some(7)),
            ("1EB", Some(1_000_000_000_000_000_000)),
            ("99EB", None),
            ("-1KB", None),
            ("1e3B", None),
            ("", None),
        ] {
            assert_eq!(parse_value_bytes(text).ok(), expected, "{text:?}");
        }
    }
}
