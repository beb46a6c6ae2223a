//! Numbers, durations and sizes as they are read from label values. Narrower than what a query
//! may say: a day (`1d`) is a duration in a query, but not in a label.

/// A decimal or hexadecimal number, as Go reads it. An error says why not.
pub(crate) fn parse_number(text: &str) -> Result<f64, String> {
    let error = || format!("{text:?} is not a number");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(digits) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        let value = parse_hex(digits).ok_or_else(error)?;
        return Ok(if text.starts_with('-') { -value } else { value });
    }
    let plain = without_underscores(text).ok_or_else(error)?;
    let value: f64 = plain.parse().map_err(|_| error())?;
    if value.is_infinite() && !unsigned.starts_with(['i', 'I']) {
        return Err(format!("{text:?} is out of range"));
    }
    if value.is_nan() && unsigned.len() != text.len() {
        return Err(error());
    }
    Ok(value)
}

/// Underscores may stand between digits.
fn without_underscores(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    if !text.contains('_') {
        return Some(text.into());
    }
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let between = |at: usize| digit(at.checked_sub(1)) && digit(at.checked_add(1));
    let all = text.match_indices('_').all(|(at, _)| between(at));
    all.then(|| text.replace('_', "").into())
}

/// `1.8p3`, after the `0x`.
fn parse_hex(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0;
    let mut scale = 1.0;
    for c in whole.chars() {
        value = value * 16.0 + f64::from(c.to_digit(16)?);
    }
    for c in fraction.chars() {
        scale /= 16.0;
        value += scale * f64::from(c.to_digit(16)?);
    }
    Some(value * 2.0_f64.powi(exponent))
}

const DURATION_UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 6e10),
    ("h", 3.6e12),
];

/// Nanoseconds of `1h30m`, `-1.5s`, `250ms`.
pub(crate) fn parse_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("{text:?} is not a duration");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1_i128, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0_i128;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        let unit_len = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_len);
        if unit.is_empty() {
            return Err(format!("missing unit in duration {text:?}"));
        }
        let (_, unit_ns) = DURATION_UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(|| format!("unknown unit {unit:?} in duration {text:?}"))?;
        total += parts_ns(digits, *unit_ns).ok_or_else(invalid)?;
        rest = after;
    }
    i64::try_from(sign * total).map_err(|_| invalid())
}

/// Whole and fraction apart, so that nanoseconds of large numbers stay exact.
fn parts_ns(digits: &str, unit_ns: f64) -> Option<i128> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: f64 =
        if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().ok()? };
    #[expect(clippy::cast_possible_truncation, reason = "units are whole and below 2^53")]
    let unit = unit_ns as i128;
    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a unit is below 2^53")]
    let rest = (fraction * unit_ns) as i128;
    whole.checked_mul(unit)?.checked_add(rest)
}

/// Bytes of `1.5MiB`, `4k`, `1,024`, `5 KB`.
pub(crate) fn parse_bytes(text: &str) -> Result<u64, String> {
    let error = || format!("{text:?} is not a size");
    let split =
        text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let value: f64 = digits.replace(',', "").parse().map_err(|_| error())?;
    let unit = unit.trim().to_lowercase();
    let (base, prefix) = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('i')) {
        Some(prefix) if !prefix.is_empty() => (1024.0_f64, prefix),
        _ => (1000.0, unit.strip_suffix('b').unwrap_or(&unit)),
    };
    let power = match prefix {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        "e" => 6,
        _ => return Err(error()),
    };
    let bytes = value * base.powi(power);
    if bytes >= 18_446_744_073_709_551_615.0 {
        return Err(format!("{text:?} is too large"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and checked just above; a part of a byte is cut off"
    )]
    let bytes = bytes as u64;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_values_are_read() {
        for (text, expected) in [
            ("5", Some(5.0)),
            ("-1.5e3", Some(-1500.0)),
            ("0x1p4", Some(16.0)),
            ("0x10", None),
            ("1_000", Some(1000.0)),
            ("_1", None),
            ("+Inf", Some(f64::INFINITY)),
            ("1e999", None),
            ("", None),
            (" 5", None),
            ("5s", None),
        ] {
            assert_eq!(parse_number(text).ok(), expected, "{text:?}");
        }
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
            assert_eq!(parse_duration(text).ok(), expected, "{text:?}");
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
            ("99EB", None),
            ("-1KB", None),
            ("1e3B", None),
            ("", None),
        ] {
            assert_eq!(parse_bytes(text).ok(), expected, "{text:?}");
        }
    }
}
