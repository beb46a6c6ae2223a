//! Numbers as Go writes them.

use super::value::Value;

/// A number in a template: `42`, `1_000`, `0x1F`, `1e3`, `-2.5`.
pub(crate) fn literal(text: &str) -> Option<Value> {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = |prefix: [&str; 2]| prefix.iter().find_map(|p| digits.strip_prefix(p));
    let parsed = if let Some(hex) = radix(["0x", "0X"]) {
        i64::from_str_radix(hex, 16).ok()
    } else if let Some(octal) = radix(["0o", "0O"]) {
        i64::from_str_radix(octal, 8).ok()
    } else if let Some(binary) = radix(["0b", "0B"]) {
        i64::from_str_radix(binary, 2).ok()
    } else if digits.len() > 1 && digits.starts_with('0') && !digits.contains(['.', 'e', 'E']) {
        i64::from_str_radix(digits, 8).ok()
    } else {
        digits.parse().ok()
    };
    if let Some(value) = parsed {
        return Some(Value::Int(sign * value));
    }
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(Value::Float(value))
}

/// The shortest text that reads back as `value`, with an exponent below 1e-4 and from 1e6 up.
pub(crate) fn shortest(value: f64) -> String {
    if !value.is_finite() {
        return special(value);
    }
    let (digits, exponent, negative) = decimal_digits(value);
    general(&digits, exponent, negative, 6)
}

pub(crate) fn special(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value > 0.0 {
        "+Inf".to_owned()
    } else {
        "-Inf".to_owned()
    }
}

/// Significant digits without trailing zeros, the power of ten of the first one, and the sign.
pub(crate) fn decimal_digits(value: f64) -> (String, i64, bool) {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0), value.is_sign_negative())
}

/// `digits` times ten to `exponent`, with an exponent below 1e-4 and from 1e`large` up.
pub(crate) fn general(digits: &str, exponent: i64, negative: bool, large: i64) -> String {
    let sign = if negative { "-" } else { "" };
    let len = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    if exponent < -4 || exponent >= large {
        let (first, rest) = digits.split_at(1.min(digits.len()));
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{}", exponent_text(exponent));
    }
    let zeros = |n: i64| "0".repeat(usize::try_from(n).unwrap_or(0));
    if exponent < 0 {
        format!("{sign}0.{}{digits}", zeros(-exponent - 1))
    } else if len <= exponent + 1 {
        format!("{sign}{digits}{}", zeros(exponent + 1 - len))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(0));
        format!("{sign}{whole}.{fraction}")
    }
}

/// At least two digits and a sign.
pub(crate) fn exponent_text(exponent: i64) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.unsigned_abs())
}
