//! Queries in words.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assist::explain;

fn check(query: &str, expected: &[&str]) {
    let steps = explain(&logql::parse(query).unwrap());
    let said: Vec<String> =
        steps.iter().map(|step| format!("{}{}", "  ".repeat(step.depth), step.text)).collect();
    assert_eq!(said, expected, "{query}");
    for step in steps {
        assert!(query.get(step.span.start..step.span.end).is_some_and(|part| !part.is_empty()));
    }
}

#[test]
fn a_query_is_told_in_the_order_in_which_it_works() {
    check(
        r#"{job="cosyvoice3", level!="debug"} |= "a" or "b" !~ "(?i)x" | json | rtf > 1.5 and (took >= 2s or code=~"5..")"#,
        &[
            r#"Take the lines whose `job` is "cosyvoice3" and `level` is not "debug""#,
            r#"Keep lines that contain "a" or "b""#,
            r#"Drop lines that match "(?i)x""#,
            "Read the line as JSON; its keys become labels",
            r#"Keep lines whose `rtf` is over 1.5 and (`took` is at least 2s or `code` matches "5..")"#,
        ],
    );
    check(
        r#"{job=~".+"} |> "<_> ip=<_>" |= ip("10.0.0.0/8") | logfmt a="b", c | label_format d=a, e="{{.c}}" | line_format "{{.e}}" | drop a, c="" | keep d"#,
        &[
            "Take the lines whose `job` is anything",
            r#"Keep lines of the form "<_> ip=<_>""#,
            r#"Keep lines that contain an address in "10.0.0.0/8""#,
            r#"Read from the key=value pairs of the line "b" as `a` and `c`"#,
            r#"rename `a` to `d` and set `e` to "{{.c}}""#,
            r#"Write the line as "{{.e}}""#,
            "Remove the labels `a` and `c` where it is empty or missing",
            "Remove all labels but `d`",
        ],
    );
}

#[test]
fn a_metric_query_reads_lines_before_it_counts() {
    let lines = "Take the lines whose `job` is \"a\"";
    check(
        r#"sum by (level) (count_over_time({job="a"} |= "CUDA out of memory" [5m] offset 1h)) > 5"#,
        &[
            lines,
            r#"Keep lines that contain "CUDA out of memory""#,
            "Give the number of lines in the last 5m, for each stream, 1h earlier",
            "Add the values up, separately for each `level`",
            "Keep a value only where it is over 5",
        ],
    );
    check(
        r#"quantile_over_time(0.95, {job="a"} | logfmt | unwrap duration(took) | took > 1 [1m]) by (job)"#,
        &[
            lines,
            "Read the key=value pairs of the line; the keys become labels",
            "Take the duration in `took` as seconds",
            "Keep lines whose `took` is over 1",
            "Give the 0.95 quantile of the numbers in the last 1m, for each `job`",
        ],
    );
    check(
        r#"100 * sum(rate({job="a"}[5m])) / on (x) group_left sum(rate({job="b"}[5m]))"#,
        &[
            "First",
            &format!("  {lines}"),
            "  Give the lines per second in the last 5m, for each stream",
            "  Add the values up",
            "  Calculate 100 × the value",
            "Second",
            "  Take the lines whose `job` is \"b\"",
            "  Give the lines per second in the last 5m, for each stream",
            "  Add the values up",
            "Calculate first ÷ second, the two paired where `x` are equal",
        ],
    );
    check("vector(1)", &["The number 1"]);
}
