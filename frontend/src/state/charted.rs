use logql::ast::Expr;

/// What a field is drawn by, from one of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Number,
    Duration,
    Bytes,
}

impl Unit {
    fn of(value: &str) -> Option<Self> {
        let value = value.trim();
        if value.parse::<f64>().is_ok_and(f64::is_finite) {
            return Some(Self::Number);
        }
        if model::parse_duration(value).is_ok() {
            return Some(Self::Duration);
        }
        model::parse_bytes(value).is_ok().then_some(Self::Bytes)
    }
}

/// Whether a field with this value can be drawn.
pub fn is_number(value: &str) -> bool {
    Unit::of(value).is_some()
}

/// The mean of a field over time, for the entries that a log query finds. None where the query is
/// none, or the value no number.
pub fn charted(query: &str, name: &str, value: &str, window_ns: i64) -> Option<String> {
    let query = super::written_out(query);
    let Ok(Expr::Log(_)) = logql::parse(&query) else { return None };
    let unwrap = match Unit::of(value)? {
        Unit::Number => name.to_owned(),
        Unit::Duration => format!("duration_seconds({name})"),
        Unit::Bytes => format!("bytes({name})"),
    };
    let window = model::format_duration(window_ns);
    let text =
        format!("avg_over_time({query} | unwrap {unwrap} | __error__=\"\" [{window}]) by (job)");
    logql::parse(&text).is_ok().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_drawn_as_its_values_are_read() {
        const MINUTE: i64 = 60_000_000_000;
        for (query, name, value, expected) in [
            (
                r#"{job="a"} |= "rtf""#,
                "rtf",
                "0.23",
                Some(
                    r#"avg_over_time({job="a"} |= "rtf" | unwrap rtf | __error__="" [1m]) by (job)"#,
                ),
            ),
            (
                r#"{job="a"}"#,
                "took",
                "1.5s",
                Some(
                    r#"avg_over_time({job="a"} | unwrap duration_seconds(took) | __error__="" [1m]) by (job)"#,
                ),
            ),
            (
                r#"{job="a"}"#,
                "size",
                "20MB",
                Some(
                    r#"avg_over_time({job="a"} | unwrap bytes(size) | __error__="" [1m]) by (job)"#,
                ),
            ),
            (r#"{job="a"}"#, "host", "gpu0", None),
            (r#"{job="a"}"#, "rtf", "NaN", None),
            (r#"rate({job="a"}[1m])"#, "rtf", "1", None),
            ("{job=", "rtf", "1", None),
        ] {
            assert_eq!(charted(query, name, value, MINUTE).as_deref(), expected, "{query} {value}");
        }
    }
}
