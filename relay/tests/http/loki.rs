//! The part of Loki's API that its recorded answers do not cover.

use model::{Entry, Labels};
use relay::config::Config;
use serde_json::{Value, json};

use super::world::{BASE, Relay, SECOND, config, header, range, text};

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn entry(seconds: i64, line: &str) -> Entry {
    Entry { timestamp: BASE + seconds * SECOND, line: line.into(), ..Entry::default() }
}

/// Two streams with levels, entries a minute apart.
fn leveled() -> Relay {
    let relay = Relay::start();
    let stream = |level: &str, lines: &[(i64, &str)]| {
        let entries = lines.iter().map(|(at, line)| entry(*at, line)).collect();
        (Labels::from([("job", "a"), ("level", level), ("pid", "17")]), entries)
    };
    let info = stream("info", &[(0, "took=5ms ok=true"), (60, "took=70ms ok=false"), (120, "x")]);
    let error = stream("error", &[(61, r#"{"code": 500, "user": {"name": "ann"}}"#)]);
    relay.store.push(vec![info, error]).unwrap();
    relay
}

#[tokio::test]
async fn what_there_is_is_counted_without_reading_lines() {
    let relay = leveled();
    let selector = encoded(r#"{job="a"}"#);
    let path = |endpoint: &str, more: &str| {
        format!("/loki/api/v1/index/{endpoint}?query={selector}&{more}")
    };
    for (range, expected) in [
        (range(0, 300), json!({"streams": 2, "chunks": 2, "bytes": 73, "entries": 4})),
        (range(60, 120), json!({"streams": 2, "chunks": 2, "bytes": 56, "entries": 2})),
        (range(120, 121), json!({"streams": 1, "chunks": 1, "bytes": 1, "entries": 1})),
        (range(500, 600), json!({"streams": 0, "chunks": 0, "bytes": 0, "entries": 0})),
    ] {
        assert_eq!(relay.json(&path("stats", &range)).await, expected, "{range}");
    }
    let stamp = 1_734_446_100.0;
    let all = range(0, 300);
    for (more, expected) in [
        ("", json!([{"metric": {"job": "a"}, "value": [stamp, "73"]}])),
        (
            "targetLabels=level",
            json!([
                {"metric": {"level": "error"}, "value": [stamp, "38"]},
                {"metric": {"level": "info"}, "value": [stamp, "35"]},
            ]),
        ),
        (
            "targetLabels=level&limit=1",
            json!([{"metric": {"level": "error"}, "value": [stamp, "38"]}]),
        ),
        ("targetLabels=zone", json!([])),
        (
            "aggregateBy=labels&targetLabels=level",
            json!([{"metric": {"level": ""}, "value": [stamp, "73"]}]),
        ),
    ] {
        let answer = relay.json(&path("volume", &format!("{all}&{more}"))).await;
        assert_eq!(answer["data"]["result"], expected, "{more}");
        assert_eq!(answer["data"]["resultType"], "vector");
    }
    let answer = relay.json(&path("volume_range", &format!("{all}&step=60"))).await;
    assert_eq!(
        answer["data"]["result"],
        json!([{"metric": {"job": "a"}, "values": [
            [1_734_445_859.999, "16"], [1_734_445_919.999, "56"], [1_734_445_979.999, "1"],
        ]}])
    );
}

#[tokio::test]
async fn fields_and_labels_are_detected() {
    let relay = leveled();
    let path = |endpoint: &str, query: &str, more: &str| {
        format!("/loki/api/v1/{endpoint}?query={}&{}&{more}", encoded(query), range(0, 300))
    };
    let labels = relay.json(&path("detected_labels", r#"{job="a"}"#, "")).await;
    // All values of pid are numbers.
    assert_eq!(
        labels,
        json!({"detectedLabels": [
            {"label": "job", "cardinality": 1}, {"label": "level", "cardinality": 2},
        ]})
    );
    let fields = relay.json(&path("detected_fields", r#"{job="a"}"#, "limit=9")).await;
    let of = |label: &str, kind: &str, num: u64, parser: &str, path: &[&str]| {
        let mut field =
            json!({"label": label, "type": kind, "cardinality": num, "parsers": [parser]});
        if !path.is_empty() {
            field["jsonPath"] = json!(path);
        }
        field
    };
    assert_eq!(
        fields,
        json!({"limit": 9, "fields": [
            of("code", "int", 1, "json", &["code"]),
            of("ok", "boolean", 2, "logfmt", &[]),
            of("took", "duration", 2, "logfmt", &[]),
            of("user_name", "string", 1, "json", &["user", "name"]),
        ]})
    );
    for (name, more, expected) in [
        ("took", "", json!({"values": ["5ms", "70ms"], "limit": 1000})),
        ("took", "limit=1", json!({"values": ["5ms"], "limit": 1})),
        ("took", "line_limit=1", json!({"values": [], "limit": 1000})),
        ("nothing", "", json!({"values": [], "limit": 1000})),
    ] {
        let path = path(&format!("detected_field/{name}/values"), r#"{job="a"}"#, more);
        assert_eq!(relay.json(&path).await, expected, "{name} {more}");
    }
    let metric = relay.get(&path("detected_fields", r#"rate({job="a"}[1m])"#, "")).await;
    assert_eq!(metric.status(), 400);
}

#[tokio::test]
async fn labels_come_apart_when_asked_for() {
    let relay = Relay::start();
    let pushed = Entry { metadata: vec![("trace".to_owned(), "t1".to_owned())], ..entry(0, "n=1") };
    relay.store.push(vec![(Labels::from([("job", "a")]), vec![pushed])]).unwrap();
    let query = encoded(r#"{job="a"} | logfmt"#);
    let path = format!("/loki/api/v1/query_range?query={query}&{}", range(0, 60));
    for (flags, stream, details) in [
        ("", json!({"job": "a", "n": "1", "trace": "t1"}), Value::Null),
        (
            "categorize-labels",
            json!({"job": "a"}),
            json!({"structuredMetadata": {"trace": "t1"}, "parsed": {"n": "1"}}),
        ),
        ("unknown", json!({"job": "a", "n": "1", "trace": "t1"}), Value::Null),
    ] {
        let request = warp::test::request().path(&path);
        let response = relay.ask(request.header("x-loki-response-encoding-flags", flags)).await;
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        let found = &answer["data"]["result"][0];
        assert_eq!((&found["stream"], &found["values"][0][2]), (&stream, &details), "{flags}");
        let told = answer["data"].get("encodingFlags").is_some();
        assert_eq!(told, flags == "categorize-labels", "{flags}");
    }
}

#[tokio::test]
async fn statistics_are_what_was_read() {
    let relay = leveled();
    let query = encoded(r#"{job="a"} |= "took""#);
    let path = format!("/loki/api/v1/query_range?query={query}&{}", range(0, 300));
    let stats = relay.json(&path).await["data"]["stats"].take();
    let summary = &stats["summary"];
    for (name, expected) in [
        ("totalLinesProcessed", 4),
        ("totalBytesProcessed", 73),
        ("totalPostFilterLines", 2),
        ("totalEntriesReturned", 2),
    ] {
        assert_eq!(summary[name], expected, "{name}: {stats}");
    }
    assert!(summary["execTime"].as_f64().unwrap() > 0.0, "{stats}");
    assert_eq!(stats["ingester"]["store"]["chunk"]["headChunkLines"], 4, "{stats}");
}

#[tokio::test]
async fn times_come_in_every_form() {
    let relay = Relay::filled();
    let query = encoded(r#"{job="a"}"#);
    for (start, end) in [
        ("1734445800000000000", "1734445802000000000"),
        ("1734445800", "1734445802"),
        ("1734445800.0", "1734445802.0"),
        ("2024-12-17T14:30:00Z", "2024-12-17T15:30:02.0%2B01:00"),
    ] {
        let params = format!("query={query}&start={start}&end={end}");
        let found = relay.json(&format!("/loki/api/v1/query_range?{params}")).await;
        let values = found["data"]["result"][0]["values"].as_array().map(Vec::len);
        assert_eq!(values, Some(2), "{start}");
        let form = warp::test::request()
            .method("POST")
            .path("/loki/api/v1/index/stats")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(params);
        let stats: Value = serde_json::from_slice(relay.ask(form).await.body()).unwrap();
        assert_eq!(stats["entries"], 2, "{start}");
    }
}

#[tokio::test]
async fn the_old_endpoints_answer_in_their_shapes() {
    let relay = Relay::filled();
    let query = encoded(r#"{job="a"}"#);
    let all = range(0, 60);
    let found = relay.json(&format!("/api/prom/query?query={query}&{all}&limit=2")).await;
    assert_eq!(
        found["streams"],
        json!([{"labels": "{job=\"a\"}", "entries": [
            {"ts": "2024-12-17T14:30:04Z", "line": "n=4"},
            {"ts": "2024-12-17T14:30:03Z", "line": "n=3"},
        ]}])
    );
    for query in [&query, &format!("{query}%20%23%20a%20comment")] {
        let found =
            relay.json(&format!("/api/prom/query?query={query}&{all}&regexp=n=(1|%5C%22)")).await;
        assert_eq!(found["streams"][0]["entries"][0]["line"], "n=1");
    }
    assert_eq!(relay.json(&format!("/api/prom/label?{all}")).await, json!({"values": ["job"]}));
    assert_eq!(
        relay.json(&format!("/api/prom/label/job/values?{all}")).await,
        json!({"values": ["a", "b"]})
    );
    let series = relay.json(&format!("/api/prom/series?match[]={query}&{all}")).await;
    assert_eq!(series, json!({"status": "success", "data": [{"job": "a"}]}));
    let metric = encoded(r#"rate({job="a"}[1m])"#);
    assert_eq!(relay.get(&format!("/api/prom/query?query={metric}")).await.status(), 400);
}

#[tokio::test]
async fn the_server_tells_about_itself() {
    let relay = Relay::start();
    let limits = relay.json("/loki/api/v1/drilldown-limits").await;
    assert_eq!(limits["limits"]["max_entries_limit_per_query"], 5000);
    assert_eq!(limits["limits"]["retention_period"], "604800s");
    assert_eq!(limits["pattern_ingester_enabled"], true);
    for path in ["/loki/api/v1/drilldown-limits", "/loki/api/v1/status/buildinfo"] {
        let post = warp::test::request().method("POST").path(path);
        assert_eq!(relay.ask(post).await.status(), 200, "{path}");
    }
    assert_eq!(text(&relay.get("/services").await), "relay => Running\n");
    assert!(text(&relay.get("/config").await).contains("max_series: 500\n"));
    assert_eq!(text(&relay.get("/config?mode=diffs").await), "");
    assert_eq!(relay.json("/loki/api/v1/delete").await, json!([]));
    let delete = warp::test::request().method("POST").path("/loki/api/v1/delete?query=x&start=0");
    let refused = relay.ask(delete).await;
    assert_eq!(refused.status(), 501);
    assert!(text(&refused).contains("--retention"), "{}", text(&refused));
}

#[tokio::test]
async fn limits_are_held() {
    let mut limited = config("127.0.0.1:3100", None);
    limited.limits.max_series = 1;
    limited.limits.max_points = 10;
    limited.limits.max_query_length = Some(std::time::Duration::from_secs(3));
    limited.limits.engine.max_row_bytes = 100;
    let relay = Relay::with(limited);
    let stream = |job: &str, at: i64| (Labels::from([("job", job)]), vec![entry(at, "x")]);
    let wide = (Labels::from([("job", "long")]), vec![entry(1, &"x".repeat(200))]);
    relay.store.push(vec![stream("a", 0), stream("b", 9), wide]).unwrap();
    let long = format!("{{job=\"{}\"}}", "a".repeat(128 * 1024));
    let count = r#"count_over_time({job=~".+"}[1m])"#;
    for (query, more, message) in [
        (r#"{job="a"}"#, range(0, 9), "the query time range exceeds the limit"),
        (r#"{job="a"}"#, format!("{}&step=0.1", range(0, 3)), "exceeded maximum resolution of 10"),
        (count, format!("{}&step=1", range(9, 10)), "maximum number of series (1) reached"),
        (r#"{job="long"}"#, range(0, 3), "the entries of the answer take more than"),
        (&long, range(0, 3), "the query is 131080 bytes long, expected at most 131072"),
    ] {
        let form = warp::test::request()
            .method("POST")
            .path("/loki/api/v1/query_range")
            .body(format!("query={}&{more}", encoded(query)));
        let response = relay.ask(form).await;
        assert_eq!(response.status(), 400, "{message}: {}", text(&response));
        assert!(text(&response).contains(message), "{message}: {}", text(&response));
    }
    // What limits entries does not limit numbers.
    let count = encoded(r#"sum(count_over_time({job="a"}[1m]))"#);
    relay.json(&format!("/loki/api/v1/query?query={count}&limit=6000")).await;
    let path =
        format!("/loki/api/v1/index/volume?query={}&{}", encoded(r#"{job="a"}"#), range(0, 9));
    assert_eq!(relay.get(&path).await.status(), 400);
}

#[tokio::test]
async fn pages_of_named_origins_may_use_the_api() {
    const FRIEND: &str = "https://logs.example";
    let friendly =
        Config { allow_origins: vec![FRIEND.to_owned()], ..config("127.0.0.1:3100", None) };
    for (relay, origin, allowed) in [
        (Relay::with(friendly.clone()), FRIEND, true),
        (Relay::with(friendly), "https://evil.example", false),
        (Relay::start(), FRIEND, false),
    ] {
        let request = |method: &str, path: &str| {
            let request = warp::test::request().method(method).path(path);
            request.header("host", "localhost:3100").header("origin", origin)
        };
        let path = "/loki/api/v1/labels";
        let asked = request("OPTIONS", path).header("access-control-request-method", "POST");
        let asked = relay.ask(asked).await;
        assert_eq!(asked.status() == 204, allowed, "{origin}: {}", text(&asked));
        let allows = header(&asked, "access-control-allow-headers");
        assert_eq!(allows.contains("authorization"), allowed, "{origin}: {allows}");
        for method in ["GET", "POST"] {
            let answer = relay.ask(request(method, path)).await;
            assert_eq!(answer.status() == 200, allowed || method == "GET", "{method} {origin}");
            let readable = header(&answer, "access-control-allow-origin");
            assert_eq!(readable == origin, allowed, "{method} {origin}: {readable}");
        }
    }
}

#[tokio::test]
async fn a_password_is_not_asked_of_a_preflight_but_of_the_request() {
    const HASH: &str = "ann:$2y$04$cyDJi64nLhVNB.IAWP0ZXugDSsgQqmdeaEiKJ2lzuvhsyjCyv0nHC";
    let relay = Relay::with(Config {
        allow_origins: vec!["https://logs.example".to_owned()],
        ..config("0.0.0.0:3100", Some(HASH))
    });
    let request = |method: &str| {
        let request = warp::test::request().method(method).path("/loki/api/v1/labels");
        request.header("origin", "https://logs.example")
    };
    let asked = relay.ask(request("OPTIONS").header("access-control-request-method", "GET")).await;
    assert_eq!(asked.status(), 204);
    let answer = relay.ask(request("GET")).await;
    assert_eq!(answer.status(), 401);
    assert_eq!(header(&answer, "access-control-allow-origin"), "https://logs.example");
}

#[tokio::test]
async fn a_tail_begins_with_the_past_and_goes_on() {
    let relay = Relay::filled();
    let push = |at: i64, job: &str, line: &str| {
        relay.store.push(vec![(Labels::from([("job", job)]), vec![entry(at, line)])]).unwrap()
    };
    for (path, values) in [("/loki/api/v1/tail", "values"), ("/api/prom/tail", "entries")] {
        let query = encoded(r#"{job="a"} != "unwanted""#);
        let path = format!("{path}?query={query}&start={BASE}&limit=2");
        let mut socket =
            warp::test::ws().path(&path).handshake(relay.routes.clone()).await.unwrap();
        let mut lines = Vec::new();
        let mut is_pushed = false;
        while lines.len() < 3 {
            let message = socket.recv().await.unwrap();
            let Ok(text) = message.to_str() else { continue };
            let message: Value = serde_json::from_str(text).unwrap();
            for stream in message["streams"].as_array().unwrap() {
                lines.extend(stream[values].as_array().unwrap().iter().cloned());
            }
            if lines.len() == 2 && !is_pushed {
                is_pushed = true;
                push(100, "a", &format!("unwanted of {values}"));
                push(100, "b", &format!("other of {values}"));
                push(-100, "a", &format!("fresh of {values}"));
            }
        }
        let expected = if values == "values" {
            let value = |at: i64, line: &str| json!([(BASE + at * SECOND).to_string(), line]);
            vec![value(3, "n=3"), value(4, "n=4"), value(-100, "fresh of values")]
        } else {
            let value = |ts: &str, line: &str| json!({"ts": ts, "line": line});
            vec![
                value("2024-12-17T14:30:03Z", "n=3"),
                value("2024-12-17T14:30:04Z", "n=4"),
                value("2024-12-17T14:28:20Z", "fresh of entries"),
            ]
        };
        assert_eq!(lines, expected);
    }
}

#[tokio::test]
async fn a_tail_that_cannot_be_says_why() {
    let relay = Relay::start();
    for (params, message) in [
        ("query={job=\"a\"}", "the live tail is a WebSocket"),
        ("query=rate({job=\"a\"}[1m])", "a metric query has no entries to tail"),
        ("query={job=\"a\"}&delay_for=6", "delay_for can't be greater than 5"),
        ("query={job=\"a\"}&limit=5001", "max entries limit per query exceeded"),
        ("query={job=", "parse error"),
    ] {
        let path = format!("/loki/api/v1/tail?{}", params.replace('"', "%22"));
        let plain = relay.get(&path).await;
        assert_eq!(plain.status(), 400, "{params}");
        if message.contains("WebSocket") {
            assert!(text(&plain).contains(message), "{}", text(&plain));
            continue;
        }
        let refused = warp::test::ws().path(&path).handshake(relay.routes.clone()).await;
        assert!(refused.is_err(), "{params}");
    }
}

#[tokio::test]
async fn lines_are_counted_by_their_pattern() {
    let relay = leveled();
    let ask = |query: &str, more: &str| {
        let query = encoded(query);
        format!("/loki/api/v1/patterns?query={query}&{}&step=60&{more}", range(0, 300))
    };
    let start = BASE / SECOND;
    let answer = relay.json(&ask(r#"{job="a", level="info"}"#, "")).await;
    assert_eq!(
        answer,
        json!({"status": "success", "data": [
            {"pattern": "took=<_> ok=<_>", "samples": [[start, 1], [start + 60, 1]]},
            {"pattern": "x", "samples": [[start + 120, 1]]},
        ]})
    );
    let answer = relay.json(&ask(r#"{job="a"} |= "code""#, "")).await;
    let pattern = r#"{"code": <_>, "user": {"name": "ann"}}"#;
    assert_eq!(answer["data"], json!([{"pattern": pattern, "samples": [[start + 60, 1]]}]));
    for (query, more) in [("rate({job=\"a\"}[1m])", ""), ("{job=", ""), ("{job=\"a\"}", "step=0")] {
        let response = relay.get(&ask(query, more).replace("&step=60&step", "&step")).await;
        assert_eq!(response.status(), 400, "{query} {more}");
    }
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_ended() {
    let mut hasty = config("127.0.0.1:3100", None);
    hasty.limits.query_timeout = std::time::Duration::ZERO;
    let relay = Relay::with(hasty);
    let entries = (0..3000).map(|at| entry(at, "took=5ms words and more words")).collect();
    relay.store.push(vec![(Labels::from([("job", "a")]), entries)]).unwrap();
    // Much work, so that it cannot be done before the clock is looked at.
    let query =
        encoded(r#"quantile_over_time(0.9, {job="a"} | logfmt | unwrap duration(took) [1h])"#);
    let path = format!("/loki/api/v1/query_range?query={query}&{}&step=1", range(0, 10_000));
    let response = relay.get(&path).await;
    assert_eq!(response.status(), 504);
    assert!(text(&response).contains("--query-timeout"), "{}", text(&response));
}

#[tokio::test]
async fn a_tail_says_what_it_left_out() {
    const PUSHES: u64 = 200;
    let relay = Relay::filled();
    let path = format!("/loki/api/v1/tail?query={}&start=0&limit=1", encoded(r#"{job="a"}"#));
    let mut socket = warp::test::ws().path(&path).handshake(relay.routes.clone()).await.unwrap();
    let mut next = async || -> Value {
        loop {
            let message = socket.recv().await.unwrap();
            if let Ok(text) = message.to_str() {
                return serde_json::from_str(text).unwrap();
            }
        }
    };
    assert_eq!(next().await["streams"][0]["values"][0][1], "n=4");
    // Nobody reads meanwhile: this is the one thread that the tail runs on.
    for n in 0..PUSHES {
        let line = format!("more {n}");
        let at = i64::try_from(n).unwrap();
        relay
            .store
            .push(vec![(Labels::from([("job", "a")]), vec![entry(100 + at, &line)])])
            .unwrap();
    }
    let (mut seen, mut left_out, mut labels) = (0, 0, Value::Null);
    while seen + left_out < PUSHES + 1 {
        let message = next().await;
        let streams = message["streams"].as_array().unwrap();
        seen += streams.iter().map(|s| s["values"].as_array().unwrap().len() as u64).sum::<u64>();
        if let Some(dropped) = message["dropped_entries"][0].as_object() {
            labels = dropped["labels"].clone();
            left_out += labels["dropped"].as_str().unwrap().parse::<u64>().unwrap();
        }
        if seen == 64 {
            // What was left out is told with what comes next.
            let last = entry(1000, "the last");
            relay.store.push(vec![(Labels::from([("job", "a")]), vec![last])]).unwrap();
        }
    }
    assert!(left_out > 0);
    assert_eq!(labels["job"], "a");
}
