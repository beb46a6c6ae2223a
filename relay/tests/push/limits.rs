use prost::Message as _;
use serde_json::json;

use super::messages::{Entry, LogsRequest, PushRequest, ResourceLogs, ScopeLogs, Stream};
use super::world::{Relay, gzip, snappy, text, zstd};

const PUSH: &str = "/loki/api/v1/push";
const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

#[tokio::test]
async fn a_body_that_grows_too_large_is_refused_whole() {
    let zeros = vec![b' '; (64 << 20) + 1];
    let empty_entries = Stream { entries: vec![Entry::default(); 1_000_000], ..Stream::default() };
    let mut empty_entries = Stream { labels: "{a=\"x\"}".to_owned(), ..empty_entries };
    for entry in &mut empty_entries.entries {
        entry.timestamp = Some(super::messages::Timestamp { seconds: 1, nanos: 0 });
    }
    let many = PushRequest { streams: vec![empty_entries] }.encode_to_vec();
    let mut lying = vec![0xff, 0xff, 0xff, 0xff, 0x0f];
    lying.extend([0; 100]);
    let relay = Relay::start();
    for (name, headers, body, message) in [
        (
            "as it comes",
            &[JSON][..],
            vec![b' '; (16 << 20) + 1],
            "the body is larger than 16777216",
        ),
        (
            "gzip",
            &[JSON, ("content-encoding", "gzip")],
            gzip(&zeros),
            "the body is too large: unpac",
        ),
        (
            "zstd",
            &[JSON, ("content-encoding", "zstd")],
            zstd(&zeros),
            "the body is too large: unpac",
        ),
        ("snappy", &[PROTOBUF], snappy(&zeros), "the body is too large: unpacked it may have"),
        ("a length that lies", &[PROTOBUF], lying, "the body is too large: unpacked it may have"),
        ("a million entries", &[PROTOBUF], snappy(&many), "the body is too large: all entries tog"),
    ] {
        let response = relay.post(PUSH, headers, body).await;
        assert_eq!(response.status(), 413, "{name}: {}", text(&response));
        assert!(text(&response).starts_with(message), "{name}: {}", text(&response));
    }
    assert!(relay.kept().is_empty());
    assert_eq!(relay.metric("logpane_push_errors_total{status=\"413\"}").await, 6);
}

#[tokio::test]
async fn a_push_starts_no_stream_too_many() {
    let relay = Relay::with_streams(2);
    let push = |jobs: &[&str], time: u32| {
        let stream = |job| json!({"stream": {"job": job}, "values": [[time.to_string(), "x"]]});
        json!({ "streams": jobs.iter().map(stream).collect::<Vec<_>>() }).to_string()
    };
    let response = relay.post(PUSH, &[JSON], push(&["a", "b", "c", "d"], 1)).await;
    assert_eq!(response.status(), 429);
    let start = "2 entries were refused, 2 taken, 0 known already; the first refused: 2 streams";
    assert!(text(&response).starts_with(start), "{}", text(&response));
    // What is known goes on.
    assert_eq!(relay.post(PUSH, &[JSON], push(&["a", "b"], 2)).await.status(), 204);
    assert_eq!(relay.kept().len(), 4);
    assert_eq!(relay.metric("logpane_push_refused_entries_total{reason=\"streams\"}").await, 2);
    assert_eq!(relay.metric("logpane_push_errors_total{status=\"429\"}").await, 1);

    let record = super::otlp::record(5, "x");
    let scope = ScopeLogs { log_records: vec![record], ..ScopeLogs::default() };
    let logs = ResourceLogs { scope_logs: vec![scope], ..ResourceLogs::default() };
    let body = LogsRequest { resource_logs: vec![logs] }.encode_to_vec();
    let response = relay.post("/otlp/v1/logs", &[PROTOBUF], body).await;
    assert_eq!(response.status(), 429);
    let status = super::messages::Status::decode(&response.body()[..]).unwrap();
    assert_eq!(status.code, 8);
    assert!(status.message.contains("--max-streams"), "{}", status.message);
}
