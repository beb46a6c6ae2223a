use super::world::check;

/// Reads `text` with a `timestamp` stage; what is expected is the time, or nothing.
#[track_caller]
fn read(options: &str, text: &str, expected: &str) {
    let stages =
        format!("- regex: {{expression: '^(?P<t>.*)$'}}\n- timestamp: {{source: t, {options}}}");
    let time = if expected.is_empty() { String::new() } else { format!("@{expected} ") };
    check(&stages, &[text], &[&format!("{time}| {text}")]);
}

#[test]
fn every_named_format_is_read() {
    for (format, text, expected) in [
        ("ANSIC", "Mon Dec  2 15:04:05 2024", "2024-12-02T15:04:05Z"),
        ("UnixDate", "Mon Dec  2 15:04:05 UTC 2024", "2024-12-02T15:04:05Z"),
        ("RubyDate", "Mon Dec 02 15:04:05 -0700 2024", "2024-12-02T22:04:05Z"),
        ("RFC822", "02 Dec 24 15:04 UTC", "2024-12-02T15:04:00Z"),
        ("RFC822Z", "02 Dec 24 15:04 +0800", "2024-12-02T07:04:00Z"),
        ("RFC850", "Monday, 02-Dec-24 15:04:05 UTC", "2024-12-02T15:04:05Z"),
        ("RFC1123", "Mon, 02 Dec 2024 15:04:05 UTC", "2024-12-02T15:04:05Z"),
        ("RFC1123Z", "Mon, 02 Dec 2024 15:04:05 +0800", "2024-12-02T07:04:05Z"),
        ("RFC3339", "2024-12-02T15:04:05+08:00", "2024-12-02T07:04:05Z"),
        ("RFC3339Nano", "2024-12-02T15:04:05.123456789Z", "2024-12-02T15:04:05.123456789Z"),
        ("Unix", "1733151845", "2024-12-02T15:04:05Z"),
        ("Unix", "1733151845.25", "2024-12-02T15:04:05.25Z"),
        ("UnixMs", "1733151845250", "2024-12-02T15:04:05.25Z"),
        ("UnixUs", "1733151845250000", "2024-12-02T15:04:05.25Z"),
        ("UnixNs", "1733151845250000001", "2024-12-02T15:04:05.250000001Z"),
        ("Unix", "soon", ""),
    ] {
        read(&format!("format: {format}"), text, expected);
    }
}

#[test]
fn layouts_of_these_applications_are_read() {
    for (layout, text, expected) in [
        ("2006-01-02 15:04:05,000", "2024-12-17 14:30:50,123", "2024-12-17T14:30:50.123Z"),
        ("2006-01-02 15:04:05.000", "2024-12-17 14:30:50.123", "2024-12-17T14:30:50.123Z"),
        ("2006-01-02 15:04:05.999", "2024-12-17 14:30:50", "2024-12-17T14:30:50Z"),
        ("2006-01-02T15:04:05Z07:00", "2024-12-17T14:30:50+08:00", "2024-12-17T06:30:50Z"),
        ("-0700 20060102 15:04:05", "+0800 20241217 14:30:50", "2024-12-17T06:30:50Z"),
        ("01/02/2006-15:04:05", "12/17/2024-14:30:50", "2024-12-17T14:30:50Z"),
        ("01-02 15:04:05", "12-17 14:30:50", "2024-12-17T14:30:50Z"),
        ("Jan _2 15:04:05", "Dec  7 14:30:50", "2024-12-07T14:30:50Z"),
        ("Jan _2 15:04:05", "Jan  7 14:30:50", "2025-01-07T14:30:50Z"),
        ("2006/01/02 - 15:04:05", "2024/12/17 - 14:30:50", "2024-12-17T14:30:50Z"),
        ("3:04:05PM 02.01.2006", "2:30:50PM 17.12.2024", "2024-12-17T14:30:50Z"),
        ("2006-01-02", "not a day", ""),
        ("2006-01-02 15:04:05", "2024-12-17 14:30", ""),
    ] {
        read(&format!("format: '{layout}'"), text, expected);
    }
}

#[test]
fn a_location_is_for_layouts_without_a_zone() {
    let shanghai = "location: Asia/Shanghai";
    for (format, text, expected) in [
        ("2006-01-02 15:04:05", "2024-12-17 14:30:50", "2024-12-17T06:30:50Z"),
        ("2006-01-02 15:04:05Z07:00", "2024-12-17 14:30:50Z", "2024-12-17T14:30:50Z"),
        ("RFC3339", "2024-12-17T14:30:50Z", "2024-12-17T14:30:50Z"),
    ] {
        read(&format!("format: '{format}', {shanghai}"), text, expected);
    }
    check(
        "- timestamp: {source: t, format: RFC3339, location: Mars}",
        &[],
        &["4:55: unknown time zone \"Mars\", expected one as in Asia/Shanghai"],
    );
}

#[test]
fn other_formats_are_tried() {
    let options = "format: RFC3339, fallback_formats: [UnixMs, '2006-01-02']";
    read(options, "1733151845250", "2024-12-02T15:04:05.25Z");
    read(options, "2024-12-02", "2024-12-02T00:00:00Z");
    read(options, "never", "");
}

#[test]
fn what_cannot_be_read_is_fudged_or_skipped() {
    let stages = "- regex: {expression: '^(?P<t>\\S+)'}\n- timestamp: {source: t, format: RFC3339}";
    let lines = ["first", "2024-12-17T14:30:50Z a", "b", "c"];
    check(
        stages,
        &lines,
        &[
            "| first",
            "@2024-12-17T14:30:50Z | 2024-12-17T14:30:50Z a",
            "@2024-12-17T14:30:50.000000001Z | b",
            "@2024-12-17T14:30:50.000000002Z | c",
        ],
    );
    let skip = stages.replace("RFC3339}", "RFC3339, action_on_failure: skip}");
    check(
        &skip,
        &lines,
        &["| first", "@2024-12-17T14:30:50Z | 2024-12-17T14:30:50Z a", "| b", "| c"],
    );
    check(
        "- timestamp: {source: t, format: RFC3339, action_on_failure: fuge}",
        &[],
        &["4:64: unknown action \"fuge\", expected fudge or skip"],
    );
}
