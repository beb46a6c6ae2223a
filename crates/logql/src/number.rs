//! Numbers as they are read from label values.

/// A decimal or hexadecimal number, as Go reads it. An error says why not.
pub(crate) fn parse_number(text: &str) -> Result<f64, String> {
    let error = || format!("{text:?} is not a number");
    let plain = without_underscores(text).ok_or_else(error)?;
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if let Some(digits) = hex_digits(unsigned) {
        let value = parse_hex(digits).ok_or_else(error)?;
        if value.is_infinite() {
            return Err(format!("{text:?} is out of range"));
        }
        return Ok(if plain.starts_with('-') { -value } else { value });
    }
    let value: f64 = plain.parse().map_err(|_| error())?;
    if value.is_infinite() && !unsigned.starts_with(['i', 'I']) {
        return Err(format!("{text:?} is out of range"));
    }
    if value.is_nan() && unsigned.len() != plain.len() {
        return Err(error());
    }
    Ok(value)
}

fn hex_digits(unsigned: &str) -> Option<&str> {
    unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X"))
}

/// Underscores may stand between digits, and one after the `0x`, which counts as one.
fn without_underscores(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    if !text.contains('_') {
        return Some(text.into());
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let hex = hex_digits(unsigned);
    let is_digit = |b: u8| b.is_ascii_digit() || (hex.is_some() && b.is_ascii_hexdigit());
    let (mut after_digit, mut after_underscore) = (hex.is_some(), false);
    for byte in hex.unwrap_or(unsigned).bytes() {
        match byte {
            b'_' if !after_digit => return None,
            b'_' => {}
            byte if after_underscore && !is_digit(byte) => return None,
            _ => {}
        }
        (after_digit, after_underscore) = (is_digit(byte), byte == b'_');
    }
    (!after_underscore).then(|| text.replace('_', "").into())
}

/// `1.8p3`, after the `0x`.
fn parse_hex(digits: &str) -> Option<f64> {
    // More than a number has; what is cut off counts as a last digit that is not 0.
    const MANTISSA: u64 = 1 << 59;
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // Beyond this everything is 0 or too large, but for mantissas of thousands of digits.
    let size: i64 = unsigned.parse().map_or(1 << 40, |size: i64| size.min(1 << 40));
    let mut exponent = if exponent.starts_with('-') { -size } else { size };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    let places = whole.chars().map(|c| (c, 4)).chain(fraction.chars().map(|c| (c, 0)));
    for (c, cut) in places {
        let digit = u64::from(c.to_digit(16)?);
        if value < MANTISSA {
            value = value * 16 + digit;
            exponent += cut - 4;
        } else {
            value |= u64::from(digit != 0);
            exponent += cut;
        }
    }
    if value == 0 {
        return Some(0.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "rounded to the nearest, as Go does")]
    let value = value as f64;
    let exponent = i32::try_from(exponent.clamp(-2200, 2200)).unwrap_or(0);
    // In two steps: a power of two alone may be too small or too large for what it gives.
    let half = exponent / 2;
    Some(value * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half))
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
            ("1_23.50_0_0e+1_2", Some(1.235e14)),
            ("_1", None),
            ("1__2", None),
            ("1_.5", None),
            ("1._5", None),
            ("1e_5", None),
            ("1_", None),
            ("0x_1_2.3_4_5p+1_2", Some(74_565.0)),
            ("0x1__2p1", None),
            ("-0X1.8P-1", Some(-0.75)),
            ("0x1p1024", None),
            ("0x1p-1074", Some(5e-324)),
            ("0x1p-99999999999999999999", Some(0.0)),
            ("0x1.fffffffffffff8p0", Some(2.0)),
            ("0x1.00000000000008p0", Some(1.0)),
            ("0x1.000000000000080000000001p0", Some(1.000_000_000_000_000_2)),
            ("0x.p1", None),
            ("0x1p", None),
            ("0x1p+", None),
            ("+Inf", Some(f64::INFINITY)),
            ("1e999", None),
            ("", None),
            (" 5", None),
            ("5s", None),
        ] {
            assert_eq!(parse_number(text).ok(), expected, "{text:?}");
        }
    }
}
