use prost::Message as _;
use serde_json::{Value as Json, json};

use super::messages::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, LogRecord, LogsRequest, LogsResponse, Resource,
    ResourceLogs, Scope, ScopeLogs, Status, Value,
};
use super::world::{Kept, Relay, gzip, header, kept, snappy, text, zstd};

const LOGS: &str = "/otlp/v1/logs";
const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

fn string(text: &str) -> AnyValue {
    AnyValue { value: Some(Value::String(text.to_owned())) }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }) }
}

fn text_attribute(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::String(value.to_owned()))
}

pub fn record(time: u64, line: &str) -> LogRecord {
    LogRecord { time_unix_nano: time, body: Some(string(line)), ..LogRecord::default() }
}

fn request(resource: Vec<KeyValue>, records: Vec<LogRecord>) -> LogsRequest {
    let scope_logs = vec![ScopeLogs { scope: None, log_records: records }];
    let resource = Resource { attributes: resource, dropped_attributes_count: 0 };
    let logs = ResourceLogs { resource: Some(resource), scope_logs, ..ResourceLogs::default() };
    LogsRequest { resource_logs: vec![logs] }
}

/// Everything at once, in protobuf.
pub fn full() -> LogsRequest {
    let map = KeyValueList {
        values: vec![
            text_attribute("method", "GET"),
            attribute("status", Value::Int(200)),
            attribute("more", Value::Map(KeyValueList { values: vec![text_attribute("x", "y")] })),
        ],
    };
    let list = ArrayValue { values: vec![string("a"), AnyValue { value: Some(Value::Int(-1)) }] };
    let record = LogRecord {
        time_unix_nano: 1_700_000_000_000_000_001,
        observed_time_unix_nano: 1_700_000_000_000_000_002,
        severity_number: 17,
        severity_text: "ERROR".to_owned(),
        body: Some(string("CUDA out of memory")),
        attributes: vec![
            attribute("http", Value::Map(map)),
            attribute("tags", Value::Array(list)),
            attribute("ok", Value::Bool(true)),
            attribute("rtf", Value::Double(0.25)),
            attribute("raw", Value::Bytes(vec![0, 255])),
            text_attribute("host.name", "record"),
        ],
        dropped_attributes_count: 3,
        flags: 1,
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        event_name: "oom".to_owned(),
    };
    let scope = Scope {
        name: "engine".to_owned(),
        version: "1.2".to_owned(),
        attributes: vec![text_attribute("scope.extra", "s")],
        dropped_attributes_count: 0,
    };
    let resource = Resource {
        attributes: vec![
            text_attribute("service.name", "tts"),
            text_attribute("k8s.pod.name", "pod-1"),
            text_attribute("host.name", "gpu-1"),
            text_attribute("process.pid", "12"),
        ],
        dropped_attributes_count: 0,
    };
    let scope_logs = vec![ScopeLogs { scope: Some(scope), log_records: vec![record] }];
    let logs = ResourceLogs { resource: Some(resource), scope_logs, schema_url: String::new() };
    LogsRequest { resource_logs: vec![logs] }
}

/// The same in JSON, as the specification writes it.
pub fn full_json() -> Json {
    json!({"resourceLogs": [{
        "scopeLogs": [{
            "scope": {"name": "engine", "version": "1.2", "attributes": [
                {"key": "scope.extra", "value": {"stringValue": "s"}}]},
            "logRecords": [{
                "timeUnixNano": "1700000000000000001",
                "observedTimeUnixNano": 1_700_000_000_000_000_002_u64,
                "severityNumber": 17,
                "severityText": "ERROR",
                "body": {"stringValue": "CUDA out of memory"},
                "attributes": [
                    {"key": "http", "value": {"kvlistValue": {"values": [
                        {"key": "method", "value": {"stringValue": "GET"}},
                        {"key": "status", "value": {"intValue": "200"}},
                        {"key": "more", "value": {"kvlistValue": {"values": [
                            {"key": "x", "value": {"stringValue": "y"}}]}}},
                    ]}}},
                    {"key": "tags", "value": {"arrayValue": {"values": [
                        {"stringValue": "a"}, {"intValue": -1}]}}},
                    {"key": "ok", "value": {"boolValue": true}},
                    {"key": "rtf", "value": {"doubleValue": 0.25}},
                    {"key": "raw", "value": {"bytesValue": "AP8="}},
                    {"key": "host.name", "value": {"stringValue": "record"}},
                ],
                "droppedAttributesCount": 3,
                "flags": 1,
                "traceId": "ABABABABABABABABABABABABABABABAB",
                "spanId": "cdcdcdcdcdcdcdcd",
                "eventName": "oom",
                "somethingNew": {"a": [1]},
            }],
        }],
        "resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": "tts"}},
            {"key": "k8s.pod.name", "value": {"stringValue": "pod-1"}},
            {"key": "host.name", "value": {"stringValue": "gpu-1"}},
            {"key": "process.pid", "value": {"stringValue": "12"}},
        ]},
        "schemaUrl": "https://opentelemetry.io/schemas/1.24.0",
    }]})
}

fn full_kept() -> Kept {
    kept(
        r#"{k8s_pod_name="pod-1", service_name="tts"}"#,
        1_700_000_000_000_000_001,
        "CUDA out of memory",
        &[
            ("detected_level", "error"),
            ("dropped_attributes_count", "3"),
            ("event_name", "oom"),
            ("flags", "1"),
            ("host_name", "record"),
            ("http_method", "GET"),
            ("http_more_x", "y"),
            ("http_status", "200"),
            ("observed_timestamp", "1700000000000000002"),
            ("ok", "true"),
            ("process_pid", "12"),
            ("raw", "AP8="),
            ("rtf", "0.25"),
            ("scope_extra", "s"),
            ("scope_name", "engine"),
            ("scope_version", "1.2"),
            ("severity_number", "17"),
            ("severity_text", "ERROR"),
            ("span_id", "cdcdcdcdcdcdcdcd"),
            ("tags", r#"["a",-1]"#),
            ("trace_id", "abababababababababababababababab"),
        ],
    )
}

#[tokio::test]
async fn a_record_comes_in_every_dress() {
    let proto = full().encode_to_vec();
    let json = full_json().to_string().into_bytes();
    let encoded = |kind, encoding| [kind, ("content-encoding", encoding)];
    for (name, headers, body, kind, answer) in [
        ("protobuf", &[PROTOBUF][..], proto.clone(), PROTOBUF.1, ""),
        ("protobuf, gzip", &encoded(PROTOBUF, "gzip"), gzip(&proto), PROTOBUF.1, ""),
        ("protobuf, zstd", &encoded(PROTOBUF, "zstd"), zstd(&proto), PROTOBUF.1, ""),
        ("protobuf, snappy", &encoded(PROTOBUF, "snappy"), snappy(&proto), PROTOBUF.1, ""),
        ("json", &[JSON], json.clone(), JSON.1, "{}"),
        ("json of no type", &[], json.clone(), JSON.1, "{}"),
        ("json, gzip", &encoded(JSON, "gzip"), gzip(&json), JSON.1, "{}"),
        ("json, zstd", &encoded(JSON, "zstd"), zstd(&json), JSON.1, "{}"),
        ("a charset", &[("content-type", "application/json; charset=utf-8")], json, JSON.1, "{}"),
    ] {
        let relay = Relay::start();
        for _ in 0..2 {
            let response = relay.post(LOGS, headers, &body).await;
            assert_eq!(response.status(), 200, "{name}: {}", text(&response));
            assert_eq!(header(&response, "content-type"), kind, "{name}");
            assert_eq!(text(&response), answer, "{name}");
        }
        assert_eq!(relay.kept(), [full_kept()], "{name}");
    }
}

#[tokio::test]
async fn what_a_record_lacks_is_made_up_as_loki_does() {
    let relay = Relay::start();
    let body = AnyValue {
        value: Some(Value::Map(KeyValueList {
            values: vec![text_attribute("b", "x"), { attribute("a", Value::Double(2.0)) }],
        })),
    };
    let observed = LogRecord { observed_time_unix_nano: 7, body: Some(body), ..record(0, "") };
    let severity = |number, text: &str| LogRecord {
        severity_number: number,
        severity_text: text.to_owned(),
        ..record(8, text)
    };
    let records = vec![observed, severity(9, "INFO"), severity(0, "Warning"), severity(0, "odd")];
    let records = [records, vec![LogRecord { body: None, ..record(9, "") }]].concat();
    let body = request(vec![], records).encode_to_vec();
    assert_eq!(relay.post(LOGS, &[PROTOBUF], body).await.status(), 200);
    let labels = r#"{service_name="unknown_service"}"#;
    assert_eq!(
        relay.kept(),
        [
            kept(labels, 7, r#"{"a":2,"b":"x"}"#, &[("observed_timestamp", "7")]),
            kept(
                labels,
                8,
                "INFO",
                &[("detected_level", "info"), ("severity_number", "9"), ("severity_text", "INFO")]
            ),
            kept(labels, 8, "Warning", &[("detected_level", "warn"), ("severity_text", "Warning")]),
            kept(labels, 8, "odd", &[("severity_text", "odd")]),
            kept(labels, 9, "", &[]),
        ]
    );
    // Without any time it is the time of arrival.
    let before = jiff::Timestamp::now().as_nanosecond();
    let body = request(vec![text_attribute("service.name", "late")], vec![record(0, "now")]);
    assert_eq!(relay.post(LOGS, &[PROTOBUF], body.encode_to_vec()).await.status(), 200);
    let found = relay.kept().into_iter().find(|kept| kept.line == "now").unwrap();
    assert!(i128::from(found.timestamp) >= before, "{}", found.timestamp);
}

#[tokio::test]
async fn a_label_that_is_too_long_is_kept_as_metadata() {
    let relay = Relay::start();
    let long = "x".repeat(2049);
    let resource =
        vec![text_attribute("service.name", "a"), text_attribute("container.name", &long)];
    let body = request(resource, vec![record(1, "x")]).encode_to_vec();
    assert_eq!(relay.post(LOGS, &[PROTOBUF], body).await.status(), 200);
    let expected = kept(r#"{service_name="a"}"#, 1, "x", &[("container_name", &long)]);
    assert_eq!(relay.kept(), [expected]);
}

#[tokio::test]
async fn labels_beyond_those_a_stream_may_have_are_metadata() {
    let relay = Relay::start();
    let k8s = ["cluster", "container", "cronjob", "daemonset", "deployment", "job", "namespace"];
    let more = ["pod", "replicaset", "statefulset"];
    let k8s = k8s.iter().chain(&more).map(|kind| format!("k8s.{kind}.name"));
    let others = ["cloud.availability_zone", "cloud.region", "container.name"];
    let others = others.iter().chain(&["service.instance.id", "service.namespace"]);
    let others = others.chain(&["deployment.environment", "service.name"]);
    let names: Vec<String> = others.map(|name| (*name).to_owned()).chain(k8s).collect();
    let resource = names.iter().map(|name| text_attribute(name, "x")).collect();
    let body = request(resource, vec![record(1, "x")]).encode_to_vec();
    assert_eq!(relay.post(LOGS, &[PROTOBUF], body).await.status(), 200);
    let [found] = relay.kept().try_into().unwrap();
    assert_eq!(found.labels.matches('=').count(), 15, "{}", found.labels);
    assert!(found.labels.contains("service_name=\"x\""), "{}", found.labels);
    let metadata: Vec<&str> = found.metadata.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(metadata, ["cloud_availability_zone", "cloud_region"]);
}

#[tokio::test]
async fn json_may_be_forty_values_deep() {
    for (depth, refused) in [(40, false), (45, true)] {
        let relay = Relay::start();
        let mut deep = json!({"stringValue": "x"});
        for _ in 1..depth {
            deep = json!({"arrayValue": {"values": [deep]}});
        }
        let records = json!([{"timeUnixNano": "1", "body": deep}]);
        let body = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]});
        let response = relay.post(LOGS, &[JSON], body.to_string()).await;
        assert_eq!(response.status(), 200);
        let answer: Json = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(answer.get("partialSuccess").is_some(), refused, "{depth}: {answer}");
    }
}

#[tokio::test]
async fn partial_success_tells_what_was_refused() {
    let many = (0..129).map(|n| text_attribute(&format!("k{n}"), "x")).collect();
    let much = vec![text_attribute("k", &"x".repeat(70_000))];
    let mut deep = AnyValue::default();
    for _ in 0..90 {
        deep = AnyValue { value: Some(Value::Array(ArrayValue { values: vec![deep] })) };
    }
    for (bad, message) in [
        (LogRecord { attributes: many, ..record(1, "x") }, "record 1: more than structured met"),
        (LogRecord { attributes: much, ..record(1, "x") }, "record 1: more than structured met"),
        (record(u64::MAX, "x"), "record 1: a time of 18446744073709551615 ns, expected"),
        (LogRecord { body: Some(deep), ..record(1, "x") }, "record 1: values too many or too d"),
    ] {
        let relay = Relay::start();
        let body = request(vec![], vec![record(1, "good"), bad]).encode_to_vec();
        let response = relay.post(LOGS, &[PROTOBUF], body).await;
        assert_eq!(response.status(), 200);
        let partial = LogsResponse::decode(&response.body()[..]).unwrap().partial_success.unwrap();
        assert_eq!(partial.rejected_log_records, 1);
        let start = format!("resource 0, {message}");
        assert!(partial.error_message.starts_with(&start), "{}", partial.error_message);
        assert_eq!(relay.kept().len(), 1);
    }
    let relay = Relay::start();
    let record = |more: &str| format!("{{\"timeUnixNano\": \"1\"{more}}}");
    let good = record("");
    for (bad, message) in [
        (record(", \"traceId\": \"no hex\""), "line 1, column 114: an id that is not in hex"),
        (record(", \"body\": {\"intValue\": \"x\"}"), "line 1, column 118: invalid value: string"),
        (record(", \"attributes\": 5"), "line 1, column 109: invalid type: integer `5`"),
        (record(&format!(", \"body\": {}", "[".repeat(200_000))), ""),
    ] {
        let body = format!(
            "{{\"resourceLogs\": [{{\"scopeLogs\": [{{\"logRecords\": [{good}, {bad}]}}]}}]}}"
        );
        let response = relay.post(LOGS, &[JSON], body).await;
        if message.is_empty() {
            // Not JSON at all.
            assert_eq!(response.status(), 400, "{}", text(&response));
            continue;
        }
        let answer: Json = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(answer["partialSuccess"]["rejectedLogRecords"], "1");
        let found = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
        assert!(found.starts_with(&format!("resource 0, record 1: {message}")), "{found}");
    }
    assert_eq!(relay.kept().len(), 1);
}

#[tokio::test]
async fn a_failure_has_a_status_in_the_format_of_the_request() {
    let relay = Relay::start();
    for (headers, body, http, code, message) in [
        (&[JSON][..], &b"{\"resourceLogs\": 5}"[..], 400, 3, "line 1, column 18: invalid type"),
        (&[JSON], b"{\"resourceLogs\": [", 400, 3, "line 1, column 18: EOF"),
        (&[PROTOBUF], b"\x0a\x05\x01", 400, 3, "the body is not valid protobuf"),
        (&[PROTOBUF], b"\x08\x05", 400, 3, "the body is not the protobuf message expected here"),
        (&[PROTOBUF, ("content-encoding", "lz4")], b"x", 415, 3, "content encoding \"lz4\""),
    ] {
        let response = relay.post(LOGS, headers, body).await;
        assert_eq!(response.status(), http, "{message}");
        let (found, text) = if header(&response, "content-type") == JSON.1 {
            let status: Json = serde_json::from_slice(response.body()).unwrap();
            let text = status["message"].as_str().unwrap().to_owned();
            (status["code"].as_i64(), text)
        } else {
            let status = Status::decode(&response.body()[..]).unwrap();
            (Some(status.code.into()), status.message)
        };
        assert_eq!(found, Some(code), "{message}");
        assert!(text.starts_with(message), "{text}");
    }
    // An empty request is a request for nothing.
    assert_eq!(relay.post(LOGS, &[PROTOBUF], b"").await.status(), 200);
    assert_eq!(relay.post(LOGS, &[JSON], b"{}").await.status(), 200);
    assert!(relay.kept().is_empty());
}
