//! Queries to and from other tools.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assist::{Asked, GrafanaView, Shell, command, grafana_link, read_grafana_link};

const QUERY: &str = r#"{job="cosyvoice3"} |= "it's""#;

#[test]
fn a_link_of_explore_is_read_in_every_form() {
    let view = |address: &str, query: &str, from: &str, to: &str| {
        let [address, query, from, to] = [address, query, from, to].map(str::to_owned);
        Some(GrafanaView { address, query, from, to })
    };
    let panes = "%7B%22x%22:%7B%22datasource%22:%22uid%22,%22queries%22:%5B%7B%22refId%22:%22A%22,%22expr%22:%22%7Bjob%3D%5C%22a%5C%22%7D%22%7D%5D,%22range%22:%7B%22from%22:%22now-6h%22,%22to%22:%22now%22%7D%7D%7D";
    for (link, expected) in [
        (
            format!("http://localhost:3000/explore?schemaVersion=1&panes={panes}&orgId=1"),
            view("http://localhost:3000", r#"{job="a"}"#, "now-6h", "now"),
        ),
        (
            r#"https://g.example/sub/explore?orgId=1&left=["now-1h","now","Loki",{"refId":"A","expr":"rate({a=\"b\"}[5m])"}]"#.to_owned(),
            view("https://g.example/sub", r#"rate({a="b"}[5m])"#, "now-1h", "now"),
        ),
        (
            r#"https://g.example/explore?left={"datasource":"Loki","queries":[{"expr":""},{"expr":"{a=\"b\"}"}],"range":{"from":"1700000000000","to":"1700003600000"}}"#.to_owned(),
            view("https://g.example", r#"{a="b"}"#, "1700000000000", "1700003600000"),
        ),
        ("https://g.example/d/abc?left=[]".to_owned(), None),
        ("https://g.example/explore?left=[".to_owned(), None),
        ("{job=\"a\"}".to_owned(), None),
        ("why /explore?x".to_owned(), None),
    ] {
        assert_eq!(read_grafana_link(&link), expected, "{link}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let view = GrafanaView {
        address: "http://localhost:3000".to_owned(),
        query: format!("{QUERY} # 中文 & + %"),
        from: "1700000000000".to_owned(),
        to: "1700003600000".to_owned(),
    };
    let link = grafana_link(&view);
    assert!(link.starts_with("http://localhost:3000/explore?schemaVersion=1"), "{link}");
    assert!(link.is_ascii() && !link.contains([' ', '"', '{']), "{link}");
    assert_eq!(read_grafana_link(&link), Some(view));
}

#[test]
fn a_command_asks_the_same() {
    let asked = Asked {
        address: "http://127.0.0.1:3100",
        query: QUERY,
        from: "2026-01-01T00:00:00Z",
        to: "2026-01-01T01:00:00Z",
    };
    for (shell, expected) in [
        (
            Shell::Logpane,
            r#"logpane query '{job="cosyvoice3"} |= "it'\''s"' --addr http://127.0.0.1:3100 --from 2026-01-01T00:00:00Z --to 2026-01-01T01:00:00Z"#,
        ),
        (
            Shell::Export,
            r#"logpane export '{job="cosyvoice3"} |= "it'\''s"' --addr http://127.0.0.1:3100 --from 2026-01-01T00:00:00Z --to 2026-01-01T01:00:00Z -o report.html"#,
        ),
        (
            Shell::Logcli,
            r#"logcli query '{job="cosyvoice3"} |= "it'\''s"' --addr=http://127.0.0.1:3100 --from=2026-01-01T00:00:00Z --to=2026-01-01T01:00:00Z --limit=5000"#,
        ),
        (
            Shell::Curl,
            r#"curl -sG http://127.0.0.1:3100/loki/api/v1/query_range --data-urlencode 'query={job="cosyvoice3"} |= "it'\''s"' -d start=2026-01-01T00:00:00Z -d end=2026-01-01T01:00:00Z -d limit=5000"#,
        ),
    ] {
        assert_eq!(command(shell, &asked), expected);
    }
}
