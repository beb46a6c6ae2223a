/// `1,204,551`: thousands set apart, as both our languages write them.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `3.1 MB`, powers of 1000, three digits at most.
pub fn bytes(bytes: u64) -> String {
    scaled(bytes, &["B", "kB", "MB", "GB", "TB", "PB"], " ")
}

/// `1.2M`: for a place where the exact number would not fit.
pub fn compact(number: u64) -> String {
    if number < 10_000 { grouped(number) } else { scaled(number, &["", "k", "M", "G", "T"], "") }
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn scaled(number: u64, units: &[&str], gap: &str) -> String {
    let mut value = number as f64;
    let mut unit = 0;
    // 999.5 would be shown as 1000.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = if unit > 0 && value < 9.95 { 1 } else { 0 };
    format!("{value:.digits$}{gap}{}", units.get(unit).copied().unwrap_or_default())
}

/// `42 ms`, `1.2 s`, `3 min 5 s`.
pub fn duration_ms(ms: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "below a minute")]
    let seconds = ms as f64 / 1000.0;
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{seconds:.1} s"),
        10_000..60_000 => format!("{seconds:.0} s"),
        _ => format!("{} min {} s", ms / 60_000, ms / 1_000 % 60),
    }
}

/// A sample's value: four digits that count, whole numbers in full, no exponent where it can be
/// avoided.
pub fn value(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-6..1e15).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    #[expect(clippy::cast_possible_truncation, reason = "between -6 and 15")]
    let before = if magnitude < 1.0 { 0 } else { magnitude.log10().floor() as i32 + 1 };
    let leading = if magnitude == 0.0 || magnitude >= 1.0 {
        0
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 6")]
        let zeros = (-magnitude.log10()).ceil() as i32 - 1;
        zeros.max(0)
    };
    let digits = usize::try_from((4 - before + leading).clamp(0, 12)).unwrap_or(0);
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    match (whole.parse::<u64>(), fraction) {
        (Ok(0), "") => "0".to_owned(),
        (Ok(whole), "") => format!("{sign}{}", grouped(whole)),
        (Ok(whole), fraction) => format!("{sign}{}.{fraction}", grouped(whole)),
        (Err(_), _) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_204_551, "1,204,551")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn sizes_keep_the_digits_that_matter() {
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (3_100_000, "3.1 MB"),
            (70_400, "70 kB"),
            (999_999, "1.0 MB"),
        ] {
            assert_eq!(bytes(number), text);
        }
        assert_eq!(compact(9_999), "9,999");
        assert_eq!(compact(1_250_000), "1.2M");
    }

    #[test]
    fn durations_read_as_spoken() {
        for (ms, text) in
            [(0, "0 ms"), (42, "42 ms"), (1_240, "1.2 s"), (61_000, "1 min 1 s"), (12_400, "12 s")]
        {
            assert_eq!(duration_ms(ms), text);
        }
    }

    #[test]
    fn values_are_short_and_exact_enough() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (106.0, "106"),
            (0.307_142_857_1, "0.3071"),
            (0.001_234_567, "0.001235"),
            (1234.5678, "1,235"),
            (-2.5, "-2.5"),
            (1_234_567.0, "1,234,567"),
            (1e20, "1.000e20"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(value(number), text, "{number:?}");
        }
    }
}
