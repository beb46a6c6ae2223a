//! The routes, driven without a socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod doctor;
mod loki;
mod missing;
mod place;
mod share;
mod views;
mod world;

use model::{Entry, Labels};
use relay::http::{App, FOLLOW_KEY_HEADER, Peer, routes};
use serde_json::{Value, json};
use tokio::sync::watch;
use warp::http::StatusCode;

use world::{BASE, KEY, Relay, SECOND, config, header, range, text, wait_until};

#[tokio::test]
async fn it_is_ready_once_the_store_is_open() {
    let (_stop, stopping) = watch::channel(false);
    let app = App::new(config("127.0.0.1:3100", None), KEY.to_owned(), stopping);
    let before = warp::test::request().path("/ready").reply(&routes(&app)).await;
    assert_eq!(before.status(), 503);
    assert_eq!(Relay::start().get("/ready").await.status(), 200);
}

#[tokio::test]
async fn a_push_is_found_by_a_query() {
    let relay = Relay::start();
    let body = json!({"streams": [{
        "stream": {"job": "a"},
        "values": [[BASE.to_string(), "one"], [(BASE + SECOND).to_string(), "two", {"k": "v"}]],
    }]});
    let push =
        |body: &Value| warp::test::request().method("POST").path("/loki/api/v1/push").json(body);
    assert_eq!(relay.ask(push(&body)).await.status(), 204);
    // A client that tries again.
    assert_eq!(relay.ask(push(&body)).await.status(), 204);
    let path = format!("/loki/api/v1/query_range?query=%7Bjob%3D%22a%22%7D&{}", range(0, 60));
    let answer = relay.json(&path).await;
    assert_eq!(answer["status"], "success");
    assert_eq!(answer["data"]["resultType"], "streams");
    assert_eq!(
        answer["data"]["result"],
        json!([
            {"stream": {"job": "a"}, "values": [[BASE.to_string(), "one"]]},
            {"stream": {"job": "a", "k": "v"}, "values": [[(BASE + SECOND).to_string(), "two"]]},
        ])
    );
}

#[tokio::test]
async fn queries_have_lokis_shapes() {
    let relay = Relay::filled();
    let log = |query: &str, more: &str| {
        let query = form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>();
        format!("/loki/api/v1/query_range?query={query}&{}&{more}", range(0, 60))
    };
    let lines = |answer: &Value| -> Vec<String> {
        let streams = answer["data"]["result"].as_array().unwrap().iter();
        streams
            .flat_map(|stream| stream["values"].as_array().unwrap())
            .map(|value| value[1].as_str().unwrap().to_owned())
            .collect()
    };
    for (query, more, expected) in [
        (r#"{job="a"}"#, "limit=2", &["n=4", "n=3"][..]),
        (r#"{job="a"}"#, "limit=2&direction=FORWARD", &["n=0", "n=1"]),
        (r#"{job=~"a|b"} |= "n=5""#, "", &["n=5"]),
        (r#"{job="a"}"#, "interval=2&direction=forward", &["n=0", "n=2", "n=4"]),
        (r#"{job="none"}"#, "", &[]),
    ] {
        let answer = relay.json(&log(query, more)).await;
        assert_eq!(lines(&answer), expected, "{query} {more}");
    }

    let instant = |query: &str| {
        let query = form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>();
        format!("/loki/api/v1/query?query={query}&time={}", BASE + 60 * SECOND)
    };
    let answer = relay.json(&instant(r#"sum by (job) (count_over_time({job=~".+"}[5m]))"#)).await;
    assert_eq!(answer["data"]["resultType"], "vector");
    assert_eq!(
        answer["data"]["result"],
        json!([
            {"metric": {"job": "a"}, "value": [1_734_445_860.0, "5"]},
            {"metric": {"job": "b"}, "value": [1_734_445_860.0, "5"]},
        ])
    );
    let answer = relay.json(&log(r#"count_over_time({job="a"}[5s])"#, "step=20")).await;
    assert_eq!(answer["data"]["resultType"], "matrix");

    // What Grafana asks to learn whether a data source works.
    let form = warp::test::request()
        .method("POST")
        .path("/loki/api/v1/query")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("query=vector(1)%2Bvector(1)&time=4");
    let answer: Value = serde_json::from_slice(relay.ask(form).await.body()).unwrap();
    assert_eq!(answer["data"]["result"], json!([{"metric": {}, "value": [4.0, "2"]}]));
}

#[tokio::test]
async fn a_query_that_cannot_be_answered_says_why() {
    let relay = Relay::filled();
    for (path, message) in [
        ("query_range?query={job=", "parse error at line 1, col 6"),
        ("query_range", "parse error at line 1, col 1"),
        ("query_range?query={job=\"a\"}&limit=6000", "max entries limit per query exceeded"),
        ("query_range?query={job=\"a\"}&limit=0", "limit must be a positive value"),
        ("query_range?query={job=\"a\"}&start=2&end=1", "end timestamp must not be before"),
        ("query_range?query={job=\"a\"}&start=noon", "could not parse 'start' parameter"),
        ("query_range?query={job=\"a\"}&direction=up", "invalid direction 'up'"),
        ("query_range?query=vector(1)&step=0", "zero or negative query resolution"),
        ("query?query={job=\"a\"}", "log queries are not supported as an instant query type"),
        ("series?match[]={job=\"a\"}|=\"x\"", "only label matchers are supported"),
        ("labels?query={job=", "parse error at line 1"),
    ] {
        let path = format!("/loki/api/v1/{}", path.replace('"', "%22").replace(' ', "%20"));
        let response = relay.get(&path).await;
        assert_eq!(response.status(), 400, "{path}: {}", text(&response));
        assert!(text(&response).starts_with(message), "{path}: {}", text(&response));
        assert!(header(&response, "content-type").starts_with("text/plain"));
    }
    assert_eq!(relay.get("/loki/api/v1/query_rangee").await.status(), 404);
}

#[tokio::test]
async fn labels_and_series_are_listed() {
    let relay = Relay::filled();
    let within = range(-10, 60);
    let data = async |path: &str| relay.json(&format!("/loki/api/v1/{path}")).await["data"].take();
    assert_eq!(data(&format!("labels?{within}")).await, json!(["job"]));
    assert_eq!(data(&format!("label/job/values?{within}")).await, json!(["a", "b"]));
    let some = format!("label/job/values?query=%7Bjob%3D%22b%22%7D&{within}");
    assert_eq!(data(&some).await, json!(["b"]));
    assert_eq!(
        data(&format!("series?match[]=%7Bjob%3D%22a%22%7D&{within}")).await,
        json!([{"job": "a"}])
    );
    // By default only what is recent.
    assert_eq!(data("labels").await, json!([]));
    let query = "format_query?query=rate(%7Bjob%3D%22a%22%7D%5B5m%5D)";
    assert_eq!(data(query).await, json!(r#"rate({job="a"}[5m])"#));
    assert_eq!(relay.json("/loki/api/v1/status/buildinfo").await["branch"], "logpane");
    let bad = relay.get("/loki/api/v1/format_query?query=rate(").await;
    assert_eq!(bad.status(), 400);
    assert!(text(&bad).starts_with("{\"error\":\"parse error at line 1"), "{}", text(&bad));
}

#[tokio::test]
async fn the_index_leads_to_the_entries() {
    let relay = Relay::filled();
    let index = relay.json("/api/index?match=%7Bjob%3D%22a%22%7D&columns=lines").await;
    assert_eq!(index["streams"], json!([{"job": "a"}]));
    let head = &index["heads"][0];
    assert_eq!(head["count"], 5);
    let path = |epoch: u64| {
        let id = head["id"].as_str().unwrap();
        format!("/api/heads/{id}?epoch={epoch}&count=5&revision={}", head["revision"])
    };
    let epoch = head["epoch"].as_u64().unwrap();
    let response = relay.get(&path(epoch)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "cache-control"), "no-store");
    assert!(response.body().len() > 20);
    assert_eq!(relay.get(&path(epoch + 1)).await.status(), 404);
    for (query, message) in [
        ("match={job=", "parse error"),
        ("start=noon", "start: \"noon\" is not a time in nanoseconds"),
        ("literals=x", "literals: expected lists of strings"),
        ("columns=colour", "columns: \"colour\" is none of"),
    ] {
        let response = relay.get(&format!("/api/index?{query}")).await;
        assert_eq!(response.status(), 400, "{query}");
        assert!(text(&response).starts_with(message), "{}", text(&response));
    }
    for id in ["..%2f..%2fetc%2fpasswd", "0000", "zz"] {
        assert_eq!(relay.get(&format!("/api/chunks/{id}")).await.status(), 404, "{id}");
    }
}

#[tokio::test]
async fn status_and_metrics_tell_what_is_kept() {
    let relay = Relay::filled();
    let status = relay.json("/api/status").await;
    assert_eq!(status["entries"], 10);
    assert_eq!(status["streams"], 2);
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    let metrics = relay.get("/metrics").await;
    assert!(text(&metrics).contains("\nlogpane_entries 10\n"), "{}", text(&metrics));
}

#[tokio::test]
async fn other_sites_are_kept_out() {
    let relay = Relay::filled();
    let request = |method: &str, path: &str, host: &str, origin: Option<&str>| {
        let request = warp::test::request().method(method).path(path).header("host", host);
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    };
    let push = "/loki/api/v1/push";
    for (method, path, host, origin, allowed) in [
        ("GET", "/api/status", "localhost:3100", None, true),
        ("GET", "/api/status", "127.0.0.1:8080", None, true),
        ("GET", "/api/status", "[::1]:3100", None, true),
        ("GET", "/api/status", "viewer.localhost", None, true),
        ("GET", "/api/status", "evil.example:3100", None, false),
        ("GET", "/api/status", "127.0.0.1.evil.example", None, false),
        ("GET", "/", "evil.example", None, false),
        ("POST", push, "localhost:3100", Some("http://localhost:3100"), true),
        ("POST", push, "localhost:3100", Some("http://localhost:4000"), false),
        ("POST", push, "localhost:3100", Some("https://evil.example"), false),
        ("POST", push, "localhost:3100", Some("null"), false),
    ] {
        let response = relay.ask(request(method, path, host, origin)).await;
        let forbidden = response.status() == StatusCode::FORBIDDEN;
        assert_eq!(!forbidden, allowed, "{method} {path} {host} {origin:?}: {}", text(&response));
    }
    let socket = warp::test::ws()
        .path("/api/tail")
        .header("host", "localhost:3100")
        .header("origin", "http://evil.example")
        .handshake(relay.routes.clone())
        .await;
    assert!(socket.is_err());
}

#[tokio::test]
async fn a_password_guards_everything_but_the_viewer() {
    let hash = bcrypt::hash("s3cret", 4).unwrap();
    let relay = Relay::with(config("0.0.0.0:3100", Some(&format!("ann:{hash}\n"))));
    let ask = |path: &str, credentials: Option<(&str, &str)>| {
        let request = warp::test::request().path(path).header("host", "logs.example");
        match credentials {
            Some((user, password)) => {
                use headers::authorization::Credentials as _;
                let value = headers::Authorization::basic(user, password).0.encode();
                request.header("authorization", value)
            }
            None => request,
        }
    };
    for (path, credentials, status) in [
        ("/ready", None, 200),
        ("/api/status", None, 401),
        ("/metrics", None, 401),
        ("/loki/api/v1/labels", None, 401),
        ("/api/status", Some(("ann", "wrong")), 401),
        ("/api/status", Some(("bob", "s3cret")), 401),
        ("/api/status", Some(("ann", "s3cret")), 200),
        // From memory now.
        ("/api/status", Some(("ann", "s3cret")), 200),
    ] {
        let response = relay.ask(ask(path, credentials)).await;
        assert_eq!(response.status(), status, "{path} {credentials:?}");
    }
    assert_ne!(relay.ask(ask("/", None)).await.status(), 401);
    let refused = relay.ask(ask("/api/status", None)).await;
    assert!(header(&refused, "www-authenticate").starts_with("Basic realm"));
}

#[tokio::test]
async fn files_are_handed_over_only_from_this_machine_with_the_key() {
    let relay = Relay::start();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("late.log");
    std::fs::write(&file, "2024-12-17 14:30:52 INFO handed over\n").unwrap();
    let ask = |from: &str, key: &str, path: &str| {
        warp::test::request()
            .method("POST")
            .path("/api/follow")
            .extension(Peer(from.parse().unwrap()))
            .header(FOLLOW_KEY_HEADER, key)
            .json(&json!({"paths": [path]}))
    };
    let path = file.to_str().unwrap();
    for (from, key, path, status) in [
        ("10.0.0.8:4000", KEY, path, 403),
        ("127.0.0.1:4000", "guess", path, 403),
        ("127.0.0.1:4000", "", path, 403),
        ("127.0.0.1:4000", KEY, "late.log", 400),
        ("127.0.0.1:4000", KEY, path, 204),
    ] {
        let response = relay.ask(ask(from, key, path)).await;
        assert_eq!(response.status(), status, "{from} {key} {path}");
    }
    wait_until("the file to be followed", async || relay.json("/api/status").await["entries"] == 1)
        .await;
}

#[tokio::test]
async fn the_tail_sends_what_comes() {
    let relay = Relay::filled();
    let mut socket = warp::test::ws()
        .path("/api/tail?match=%7Bjob%3D%22a%22%7D")
        .handshake(relay.routes.clone())
        .await
        .unwrap();
    let entry = |line: &str| Entry {
        timestamp: BASE + 100 * SECOND,
        line: line.as_bytes().to_vec(),
        ..Entry::default()
    };
    let push = |job: &str, line: &str| {
        relay.store.push(vec![(Labels::from([("job", job)]), vec![entry(line)])]).unwrap()
    };
    push("b", "not asked for");
    push("a", "fresh");
    let mut seen = Vec::new();
    while seen.is_empty() {
        let message = socket.recv().await.unwrap();
        let Ok(text) = message.to_str() else { continue };
        let frame: protocol::tail::TailFrame = serde_json::from_str(text).unwrap();
        seen.extend(frame.streams.into_iter().flat_map(|stream| stream.entries));
    }
    assert_eq!(seen[0].line, "fresh");
    assert_eq!(relay.get("/api/tail").await.status(), 400);
    assert_eq!(relay.get("/api/tail?match=x").await.status(), 400);
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let relay = Relay::start();
    for path in ["/", "/ready", "/api/status", "/nothing/here"] {
        let response = relay.get(path).await;
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&response, "x-frame-options"), "DENY", "{path}");
    }
    assert_eq!(relay.get("/nothing/here").await.status(), 404);
    let post = warp::test::request().method("POST").path("/api/status");
    assert_eq!(relay.ask(post).await.status(), 405);
}
