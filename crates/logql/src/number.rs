//! Numbers as they are read from label values.

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
    }
}
