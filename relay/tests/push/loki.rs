use std::io::Write as _;

use prost::Message as _;
use serde_json::json;

use super::messages::{Entry, Pair, PushRequest, Stream, Timestamp};
use super::world::{Relay, gzip, header, kept, snappy, text, zstd};

const PUSH: &str = "/loki/api/v1/push";
const LEGACY: &str = "/api/prom/push";
const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

fn entry(seconds: i64, line: &str, metadata: &[(&str, &str)]) -> Entry {
    let pair = |(name, value): &(&str, &str)| Pair {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    Entry {
        timestamp: Some(Timestamp { seconds, nanos: 5 }),
        line: line.into(),
        metadata: metadata.iter().map(pair).collect(),
    }
}

fn request(labels: &str, entries: Vec<Entry>) -> Vec<u8> {
    let stream = Stream { labels: labels.to_owned(), entries, hash: 42 };
    PushRequest { streams: vec![stream] }.encode_to_vec()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

fn frames(body: &[u8]) -> Vec<u8> {
    let mut packed = snap::write::FrameEncoder::new(Vec::new());
    packed.write_all(body).unwrap();
    packed.into_inner().unwrap()
}

#[tokio::test]
async fn one_entry_comes_in_every_dress() {
    let json = json!({"streams": [{"stream": {"job": "a", "none": ""},
        "values": [["1000000005", "x é", {"trace.id": "7"}]]}]});
    let json = json.to_string().into_bytes();
    // As some clients write it: indented, unknown fields, the values before the stream.
    let loose = b" {\"extra\": {}, \"streams\": [ {\n\"values\": [[\"1000000005\", \"x \\u00e9\", \
                 {\"trace.id\": \"6\", \"trace.id\": \"7\"}]], \"stream\": {\"job\": \"a\"} } ] }\n";
    let legacy = json!({"streams": [{"labels": "{job=\"a\"}", "entries": [
        {"ts": "1970-01-01T01:00:01.000000005+01:00", "line": "x é",
         "structuredMetadata": {"trace.id": "7"}}]}]});
    let legacy = legacy.to_string().into_bytes();
    let proto = request("{job=\"a\"}", vec![entry(1, "x é", &[("trace.id", "7")])]);
    let other = [("content-type", "text/plain;charset=UTF-8")];
    let encoded = |kind, encoding| [kind, ("content-encoding", encoding)];
    for (name, path, headers, body) in [
        ("json", PUSH, &[JSON][..], json.clone()),
        ("a charset", PUSH, &[("content-type", "Application/JSON; charset=utf-8")], json.clone()),
        ("no type", PUSH, &[], json.clone()),
        ("a wrong type", PUSH, &other, json.clone()),
        ("loose", PUSH, &[JSON], loose.to_vec()),
        ("gzip", PUSH, &encoded(JSON, "gzip"), gzip(&json)),
        ("deflate as HTTP means it", PUSH, &encoded(JSON, "deflate"), zlib(&json)),
        ("bare deflate", PUSH, &encoded(JSON, "deflate"), deflate(&json)),
        ("zstd", PUSH, &encoded(JSON, "ZSTD"), zstd(&json)),
        ("snappy", PUSH, &encoded(JSON, "snappy"), snappy(&json)),
        ("snappy frames", PUSH, &encoded(JSON, "snappy"), frames(&json)),
        ("said but not done", PUSH, &encoded(JSON, "snappy"), json.clone()),
        ("legacy", LEGACY, &[JSON], legacy.clone()),
        ("legacy, present path", PUSH, &[JSON], legacy),
        ("present, legacy path", LEGACY, &[JSON], json.clone()),
        ("protobuf", PUSH, &[PROTOBUF], snappy(&proto)),
        ("protobuf and said so", PUSH, &encoded(PROTOBUF, "snappy"), snappy(&proto)),
        ("protobuf without a type", PUSH, &[], snappy(&proto)),
        ("protobuf, legacy path", LEGACY, &[PROTOBUF], snappy(&proto)),
        ("protobuf, plain", PUSH, &[PROTOBUF], proto.clone()),
        ("protobuf, gzip", PUSH, &encoded(PROTOBUF, "gzip"), gzip(&proto)),
        ("protobuf, gzip over snappy", PUSH, &encoded(PROTOBUF, "gzip"), gzip(&snappy(&proto))),
    ] {
        let relay = Relay::start();
        let response = relay.post(path, headers, &body).await;
        assert_eq!(response.status(), 204, "{name}: {}", text(&response));
        assert!(response.body().is_empty());
        // A client that tries again.
        assert_eq!(relay.post(path, headers, &body).await.status(), 204, "{name}");
        let expected = kept(r#"{job="a"}"#, 1_000_000_005, "x é", &[("trace_id", "7")]);
        assert_eq!(relay.kept(), [expected], "{name}");
        assert_eq!(relay.metric("logpane_pushed_entries_total").await, 1);
        assert_eq!(relay.metric("logpane_pushed_repeated_entries_total").await, 1);
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_taken_says_where_and_why() {
    let relay = Relay::start();
    let gz = [JSON, ("content-encoding", "gzip")];
    for (headers, body, status, message) in [
        (&[JSON][..], &b""[..], 400, "line 1, column 0: EOF while parsing a value; expected {\"st"),
        (&[JSON], b"{}", 400, "line 1, column 2: missing field `streams`; expected {\"streams"),
        (&[JSON], b"{\"streams\": 5}", 400, "line 1, column 13: invalid type: integer `5`"),
        (&[JSON], b"{\"streams\":\n [{\"stream\": 5}]}", 400, "line 2, column 14: invalid type"),
        (
            &[JSON],
            b"{\"streams\": [{\"stream\":\n{\"a\": 1}}]}",
            400,
            "line 2, column 7: invalid t",
        ),
        (&[JSON], b"{\"streams\": [{\"stream\": {}, ", 400, "line 1, column 28: EOF while parsing"),
        (&[JSON], b"{\"streams\": [\xff]}", 400, "the body is not UTF-8: byte 13 belongs"),
        (&gz, b"not gzip", 400, "the body is not valid gzip: "),
        (&[JSON, ("content-encoding", "lz4")], b"x", 415, "content encoding \"lz4\" is not taken"),
        (&[PROTOBUF], b"", 400, "the body is empty"),
        (&[PROTOBUF], b"\x10\x11\x12", 400, "the body is not valid snappy: "),
        (&[PROTOBUF], b"\x0a\x02\x0a\x05", 400, "the body is not valid protobuf: a field that"),
        (&[], b"<html>", 400, "the body is not valid snappy: "),
    ] {
        let response = relay.post(PUSH, headers, body).await;
        let body = String::from_utf8_lossy(body);
        assert_eq!(response.status(), status, "{body}: {}", text(&response));
        assert!(text(&response).starts_with(message), "{body}: {}", text(&response));
        assert!(header(&response, "content-type").starts_with("text/plain"));
    }
    assert!(relay.kept().is_empty());
    assert_eq!(relay.metric("logpane_push_errors_total{status=\"400\"}").await, 12);
    assert_eq!(relay.metric("logpane_push_errors_total{status=\"415\"}").await, 1);
}

#[tokio::test]
async fn what_is_wrong_with_one_entry_refuses_that_one() {
    let many: serde_json::Map<_, _> = (0..200).map(|n| (format!("k{n}"), json!("x"))).collect();
    let labels: serde_json::Map<_, _> = (0..16).map(|n| (format!("l{n}"), json!("x"))).collect();
    for (stream, value, reason, message) in [
        (json!({"a": "x"}), json!(["soon", "x"]), "timestamp", "stream 1, entry 1: time \"soon\""),
        (
            json!({"a": "x"}),
            json!(["", "x"]),
            "timestamp",
            "stream 1, entry 1: time \"\", expected",
        ),
        (
            json!({"a": "x"}),
            json!([5, "x"]),
            "format",
            "stream 1, entry 1: line 1, column 104: invalid type: integer `5`, expected a str",
        ),
        (json!({"a": "x"}), json!(["5"]), "format", "stream 1, entry 1: line 1, column 107: no l"),
        (json!({"a": "x"}), json!(["5", "x", {"k": 1}]), "format", "stream 1, entry 1: line 1, c"),
        (json!({"a": "x"}), json!(["5", "x", many]), "metadata", "stream 1, entry 1: structured"),
        (json!({}), json!(["5", "x"]), "labels", "stream 1: no labels, expected at least one"),
        (json!({"1a": "x"}), json!(["5", "x"]), "labels", "stream 1: label name \"1a\", expected"),
        (json!({"a": "x".repeat(2049)}), json!(["5", "x"]), "labels", "stream 1: the value of lab"),
        (json!(labels), json!(["5", "x"]), "labels", "stream 1: 16 labels, expected at most 15"),
    ] {
        let relay = Relay::start();
        let body = json!({"streams": [
            {"stream": {"job": "a"}, "values": [["1", "good"]]},
            {"stream": stream, "values": [["2", "good"], value]},
        ]});
        let response = relay.post(PUSH, &[JSON], body.to_string()).await;
        let text = text(&response);
        assert_eq!(response.status(), 400, "{text}");
        let (refused, taken) = if reason == "labels" { (2, 1) } else { (1, 2) };
        let start = format!(
            "{refused} entries were refused, {taken} taken, 0 known already; the first refused: \
             {message}"
        );
        assert!(text.starts_with(&start), "{text}\n{start}");
        assert_eq!(relay.kept().len(), taken, "{text}");
        let name = format!("logpane_push_refused_entries_total{{reason=\"{reason}\"}}");
        assert_eq!(relay.metric(&name).await, refused);
        assert_eq!(relay.metric("logpane_push_errors_total{status=\"400\"}").await, 1);
    }
}

#[tokio::test]
async fn protobuf_entries_are_checked_one_by_one() {
    let far =
        Entry { timestamp: Some(Timestamp { seconds: i64::MAX, nanos: 0 }), ..entry(0, "", &[]) };
    let many: Vec<(&str, &str)> = (0..129).map(|_| ("k", "v")).collect();
    for (labels, bad, message) in [
        (
            "{a=\"x\"}",
            Entry { timestamp: None, ..entry(0, "x", &[]) },
            "entry 1: no time, expected",
        ),
        ("{a=\"x\"}", far, "entry 1: a time beyond the years 1677 to 2262"),
        ("{a=\"x\"}", entry(5, "x", &many), "entry 1: structured metadata of 129 names"),
        ("{a=\"x\"", entry(5, "x", &[]), "stream 0: labels \"{a=\\\"x\\\"\", expected {name=\"val"),
        ("", entry(5, "x", &[]), "stream 0: no labels, expected at least one"),
    ] {
        let relay = Relay::start();
        let body = snappy(&request(labels, vec![entry(1, "good", &[]), bad]));
        let response = relay.post(PUSH, &[PROTOBUF], body).await;
        assert_eq!(response.status(), 400);
        assert!(text(&response).contains(message), "{}", text(&response));
        assert_eq!(relay.kept().len(), usize::from(!message.starts_with("stream")));
    }
}

#[tokio::test]
async fn a_line_keeps_its_bytes_and_its_parts() {
    let relay = Relay::start();
    let mut odd = entry(1, "", &[]);
    odd.line = b"a\xff\0b".to_vec();
    let long = entry(2, &"y".repeat((4 << 20) + 1), &[]);
    let body = snappy(&request("{job=\"a\"}", vec![odd, long]));
    assert_eq!(relay.post(PUSH, &[PROTOBUF], body).await.status(), 204);
    let kept = relay.kept();
    assert_eq!(kept[0].line, "a\u{fffd}\0b");
    assert_eq!(kept[1].metadata, [("part".to_owned(), "1/2".to_owned())]);
    assert_eq!((kept[1].line.len(), kept[2].line.len()), (4 << 20, 1));
}

#[tokio::test]
async fn one_stream_in_many_pieces_is_one_stream() {
    let relay = Relay::start();
    let stream = |value: serde_json::Value| json!({"stream": {"job": "a"}, "values": [value]});
    let body = json!({"streams": [
        stream(json!(["2", "b"])), stream(json!(["1", "a"])), stream(json!(["2", "b"])),
        {"stream": {"job": "b"}, "values": []}, {"stream": {"job": "c"}},
    ]});
    assert_eq!(relay.post(PUSH, &[JSON], body.to_string()).await.status(), 204);
    let lines: Vec<String> = relay.kept().into_iter().map(|kept| kept.line).collect();
    assert_eq!(lines, ["a", "b"]);
    // Nothing to take is nothing to complain about.
    assert_eq!(relay.post(PUSH, &[JSON], "{\"streams\": []}").await.status(), 204);
    assert_eq!(relay.store.status().streams, 1);
}

#[tokio::test]
async fn services_and_levels_are_added_when_asked_for() {
    let body = json!({"streams": [{"stream": {"app": "tts"}, "values": [["1", "WARN slow"]]}]});
    for (flags, labels, metadata) in [
        (&[][..], r#"{app="tts"}"#, &[][..]),
        (&["--discover"], r#"{app="tts", service_name="tts"}"#, &[("detected_level", "warn")]),
    ] {
        let relay = Relay::with(5000, flags);
        let response = relay.post(PUSH, &[JSON], body.to_string()).await;
        assert_eq!(response.status(), 204, "{}", text(&response));
        assert_eq!(relay.kept(), [kept(labels, 1, "WARN slow", metadata)]);
    }
}
