//! Numbers with units as plain numbers: durations in seconds, sizes in bytes, frequencies in hertz,
//! rates a second. `unwrap` can use them, and values of one field that are written in different
//! units (`850ms`, `1.2s`) can be compared.

/// The length of the decimal number (`-12`, `4.2`, `1e-05`) that `text` starts with.
pub(super) fn number_len(text: &[u8]) -> usize {
    let digits = |from: usize| -> usize {
        text.get(from..).map_or(0, |t| t.iter().take_while(|b| b.is_ascii_digit()).count())
    };
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let whole = digits(sign);
    if whole == 0 {
        return 0;
    }
    let mut len = sign + whole;
    if text.get(len) == Some(&b'.') {
        match digits(len + 1) {
            0 => {}
            fraction => len += 1 + fraction,
        }
    }
    if let Some(b'e' | b'E') = text.get(len) {
        let sign = usize::from(matches!(text.get(len + 1), Some(b'-' | b'+')));
        match digits(len + 1 + sign) {
            0 => {}
            exponent => len += 1 + sign + exponent,
        }
    }
    len
}

/// What a unit does to its number: moves the decimal point, or multiplies.
#[derive(Clone, Copy)]
enum Factor {
    Tens(i32),
    Times(f64),
}
use Factor::{Tens, Times};

const UNITS: [(&[u8], Factor); 34] = [
    (b"s", Tens(0)),
    (b"sec", Tens(0)),
    (b"secs", Tens(0)),
    (b"seconds", Tens(0)),
    (b"ms", Tens(-3)),
    (b"us", Tens(-6)),
    ("µs".as_bytes(), Tens(-6)),
    ("μs".as_bytes(), Tens(-6)),
    (b"ns", Tens(-9)),
    (b"m", Times(60.0)),
    (b"min", Times(60.0)),
    (b"h", Times(3600.0)),
    (b"d", Times(86_400.0)),
    (b"Hz", Tens(0)),
    (b"hz", Tens(0)),
    (b"kHz", Tens(3)),
    (b"KHz", Tens(3)),
    (b"MHz", Tens(6)),
    (b"GHz", Tens(9)),
    (b"B", Tens(0)),
    (b"bytes", Tens(0)),
    (b"kB", Tens(3)),
    (b"KB", Tens(3)),
    (b"MB", Tens(6)),
    (b"GB", Tens(9)),
    (b"TB", Tens(12)),
    (b"KiB", Times(1024.0)),
    (b"MiB", Times(1_048_576.0)),
    (b"GiB", Times(1_073_741_824.0)),
    (b"TiB", Times(1_099_511_627_776.0)),
    (b"%", Tens(0)),
    (b"it", Tens(0)),
    (b"tok", Tens(0)),
    (b"tokens", Tens(0)),
];

/// Go's durations (`1m3.5s`) use these, in this order.
const GO: [(&str, f64); 3] = [("h", 3600.0), ("m", 60.0), ("s", 1.0)];

/// `text` without its unit, in the base unit. None when it is no number with a unit.
pub(super) fn plain(text: &[u8]) -> Option<String> {
    let len = number_len(text);
    if len == 0 || len == text.len() {
        return None;
    }
    let (number, unit) = text.split_at(len);
    let number = std::str::from_utf8(number).ok()?;
    let unit = unit.strip_suffix(b"/s").unwrap_or(unit);
    let unit = unit.strip_prefix(b" ").unwrap_or(unit);
    let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return go_duration(std::str::from_utf8(text).ok()?);
    };
    match *factor {
        Tens(0) => Some(number.to_owned()),
        // Scaling through the text keeps all digits: 31.22ms is 31.22e-3, read exactly as written.
        Tens(tens) => scaled(number, tens),
        Times(factor) => Some((number.parse::<f64>().ok()? * factor).to_string()),
    }
}

/// `number` × 10^`tens`, without rounding.
fn scaled(number: &str, tens: i32) -> Option<String> {
    if number.contains(['e', 'E']) {
        return Some((number.parse::<f64>().ok()? * 10_f64.powi(tens)).to_string());
    }
    Some(format!("{number}e{tens}").parse::<f64>().ok()?.to_string())
}

fn go_duration(text: &str) -> Option<String> {
    let mut rest = text;
    let mut sum = 0.0;
    let mut parts = 0;
    for (unit, seconds) in GO {
        let Some((number, after)) = rest.split_once(unit) else { continue };
        let Ok(number) = number.parse::<f64>() else { continue };
        sum += number * seconds;
        rest = after;
        parts += 1;
    }
    (parts > 1 && rest.is_empty()).then(|| sum.to_string())
}

/// A size (`2.00 GiB`, `9.81 MiB`) at the start of `text`, in bytes.
pub(super) fn bytes(text: &[u8]) -> Option<String> {
    let (number, rest) = super::number(text)?;
    let rest = rest.strip_prefix(b" ")?;
    let unit = rest.get(..rest.iter().take_while(|b| b.is_ascii_alphabetic()).count())?;
    let number: f64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    let factor = match unit {
        b"bytes" | b"B" => 1.0,
        b"KiB" => 1024.0,
        b"MiB" => 1_048_576.0,
        b"GiB" => 1_073_741_824.0,
        b"TiB" => 1_099_511_627_776.0,
        _ => return None,
    };
    Some((number * factor).round().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_off() {
        for (text, expected) in [
            ("4.2s", Some("4.2")),
            ("16000Hz", Some("16000")),
            ("31.22ms", Some("0.03122")),
            ("39.4MB/s", Some("39400000")),
            ("24kHz", Some("24000")),
            ("2GiB", Some("2147483648")),
            ("45%", Some("45")),
            ("1m3.5s", Some("63.5")),
            ("1h2m3s", Some("3723")),
            ("42", None),
            ("1dcc596", None),
            ("2.3.1+cu121", None),
            ("0e62489", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(plain(text.as_bytes()).as_deref(), expected, "{text:?}");
        }
        assert_eq!(bytes(b"2.00 GiB (GPU").as_deref(), Some("2147483648"));
        assert_eq!(bytes(b"9.81 MiB is").as_deref(), Some("10286531"));
    }

    #[test]
    fn numbers_are_measured() {
        for (text, expected) in
            [("12", 2), ("-4.2s", 4), ("1e-05]", 5), ("2.3.1", 3), (".5", 0), ("1.x", 1), ("1e", 1)]
        {
            assert_eq!(number_len(text.as_bytes()), expected, "{text:?}");
        }
    }
}
