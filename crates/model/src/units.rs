const NS: [(&str, i64); 10] = [
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
];
const YEAR_NS: i64 = 31_536_000_000_000_000;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    #[error("{text:?} is not a duration, expected a number and a unit as in 5m, 1h30m or 250ms")]
    Duration { text: String },
    #[error("{text:?} is not a size, expected a number and a unit as in 10GB or 512MiB")]
    Bytes { text: String },
}

/// Splits `text` into its leading decimal number and the letters after it.
fn number_and_unit(text: &str) -> Option<(f64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let value: f64 = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?;
    let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
    Some((value, rest.get(..unit)?, rest.get(unit..)?))
}

/// Nanoseconds of a duration as LogQL, Go and Prometheus write it: `5m`, `1h30m`, `1.5s`, `7d`,
/// `-1h`.
pub fn parse_duration(text: &str) -> Result<i64, UnitError> {
    let error = || UnitError::Duration { text: text.to_owned() };
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    let mut total = 0.0;
    if rest.is_empty() {
        return Err(error());
    }
    while !rest.is_empty() {
        let (value, unit, after) = number_and_unit(rest).ok_or_else(error)?;
        let ns = match unit {
            "y" => YEAR_NS,
            unit => NS.iter().find(|(name, _)| *name == unit).ok_or_else(error)?.1,
        };
        #[expect(clippy::cast_precision_loss, reason = "a unit is far below 2^53")]
        let part = value * ns as f64;
        total += part;
        rest = after;
    }
    if total > 9.2e18 {
        return Err(error());
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
    let ns = (sign * total).round() as i64;
    Ok(ns)
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
    let error = || UnitError::Bytes { text: text.to_owned() };
    let (value, unit, rest) = number_and_unit(text.trim()).ok_or_else(error)?;
    if !rest.is_empty() {
        return Err(error());
    }
    let unit = unit.trim().to_ascii_lowercase();
    let (prefix, base) = match unit.strip_suffix("ib") {
        Some(prefix) => (prefix, 1024.0_f64),
        None => (unit.strip_suffix('b').unwrap_or(&unit), 1000.0),
    };
    let power = match prefix {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return Err(error()),
    };
    let bytes = value * base.powi(power);
    if bytes > 1.8e19 {
        return Err(error());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and checked just above"
    )]
    let bytes = bytes.round() as u64;
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
            ("-1h", Some(-3_600_000_000_000)),
            ("7d", Some(604_800_000_000_000)),
            ("1y", Some(YEAR_NS)),
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
            ("x", None),
            ("1qb", None),
        ] {
            assert_eq!(parse_bytes(text).ok(), bytes, "{text:?}");
        }
    }
}
