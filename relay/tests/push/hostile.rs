//! Whatever a body is: no panic and no hang, and what is taken is valid.

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message as _;

use super::bodies;

/// What bodies are made of: pieces of each format, so that random sequences get past the door.
const JSON_PIECES: [&str; 47] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"streams\"",
    "\"stream\"",
    "\"values\"",
    "\"labels\"",
    "\"entries\"",
    "\"ts\"",
    "\"line\"",
    "\"1\"",
    "\"x\"",
    "null",
    "true",
    "-1",
    "1e999",
    "\"1970-01-01T00:00:00Z\"",
    "{\"a\":\"b\"}",
    "[\"1\",\"x\"]",
    "[\"1\",\"x\",{\"a\":\"b\"}]",
    "\"{a=\\\"b\\\"}\"",
    "\"resourceLogs\"",
    "\"resource\"",
    "\"scopeLogs\"",
    "\"scope\"",
    "\"logRecords\"",
    "\"body\"",
    "\"attributes\"",
    "\"timeUnixNano\"",
    "\"traceId\"",
    "{\"stringValue\":\"x\"}",
    "{\"intValue\":\"1\"}",
    "{\"doubleValue\":\"NaN\"}",
    "{\"key\":\"a\",\"value\":{\"boolValue\":true}}",
    "{\"arrayValue\":{\"values\":[",
    "{\"kvlistValue\":{\"values\":[",
    "{\"streams\":[",
    "{\"stream\":{\"a\":\"b\"},\"values\":[",
    "{\"resourceLogs\":[{\"scopeLogs\":[",
    "{\"logRecords\":[",
    "\u{e9}",
    "\\ud800",
];

fn json() -> impl Strategy<Value = Vec<u8>> {
    vec(prop::sample::select(JSON_PIECES.to_vec()), 0..60).prop_map(|pieces| pieces.concat().into())
}

/// Messages within messages, of small field numbers.
fn protobuf() -> impl Strategy<Value = Vec<u8>> {
    let number = |field: u32, value: u64| {
        let mut message = Vec::new();
        prost::encoding::uint64::encode(field, &value, &mut message);
        message
    };
    let leaf = prop_oneof![
        (1u32..13, any::<u64>()).prop_map(move |(field, value)| number(field, value)),
        (1u32..13, any::<u64>()).prop_map(|(field, value)| {
            let mut message = Vec::new();
            prost::encoding::fixed64::encode(field, &value, &mut message);
            message
        }),
        Just(b"\x0a\x07{a=\"b\"}".to_vec()),
        vec(any::<u8>(), 0..8),
    ];
    leaf.prop_recursive(8, 64, 6, |inner| {
        (1u32..8, vec(inner, 0..6)).prop_map(|(field, parts)| {
            let mut message = Vec::new();
            prost::encoding::bytes::encode(field, &parts.concat(), &mut message);
            message
        })
    })
}

/// A valid body with some bytes changed, cut or doubled.
fn damaged(body: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let len = body.len();
    vec((0..len, any::<u8>(), 0u8..3), 1..6).prop_map(move |changes| {
        let mut body = body.clone();
        for (at, byte, how) in changes {
            let at = at.min(body.len().saturating_sub(1));
            match how {
                0 => body[at] = byte,
                1 => body.truncate(at.max(1)),
                _ => body.insert(at, byte),
            }
        }
        body
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_json_is_survived(body in json()) {
        bodies::loki_json(&body);
        bodies::otlp_json(&body);
    }

    #[test]
    fn any_protobuf_is_survived(body in protobuf()) {
        bodies::loki_protobuf(&body);
        bodies::otlp_protobuf(&body);
    }

    #[test]
    fn any_bytes_are_survived(body in vec(any::<u8>(), 0..200)) {
        bodies::loki_any(&body);
        bodies::loki_json(&body);
        bodies::loki_protobuf(&body);
        bodies::otlp_json(&body);
        bodies::otlp_protobuf(&body);
        bodies::packed(&body);
    }

    #[test]
    fn damaged_otlp_protobuf_is_survived(body in damaged(super::otlp::full().encode_to_vec())) {
        bodies::otlp_protobuf(&body);
    }

    #[test]
    fn damaged_otlp_json_is_survived(
        body in damaged(super::otlp::full_json().to_string().into_bytes()),
    ) {
        bodies::otlp_json(&body);
    }
}

/// A message about a body never quotes all of it.
#[test]
fn long_texts_where_they_do_not_belong() {
    let long = "x".repeat(100_000);
    for body in [
        format!("{{\"streams\": \"{long}\"}}"),
        format!("{{\"streams\": [\"{long}\"]}}"),
        format!("{{\"streams\": [{{\"labels\": \"{{{long}\"}}]}}"),
        format!("{{\"streams\": [{{\"labels\": \"{{{long}\", \"entries\": [0]}}]}}"),
        format!("{{\"streams\": [{{\"stream\": {{\"a\": \"b\"}}, \"values\": [\"{long}\"]}}]}}"),
        format!(
            "{{\"streams\": [{{\"stream\": {{\"a\": \"b\"}}, \"values\": [[\"{long}\", \"\"]]}}]}}"
        ),
        format!(
            "{{\"streams\": [{{\"stream\": {{\"{long}\": \"b\"}}, \"values\": [[\"1\", \"\"]]}}]}}"
        ),
    ] {
        bodies::loki_json(body.as_bytes());
    }
    for record in [
        format!("\"{long}\""),
        format!("{{\"timeUnixNano\": \"{long}\"}}"),
        format!("{{\"body\": \"{long}\"}}"),
        format!("{{\"body\": {{\"intValue\": \"{long}\"}}}}"),
        format!("{{\"traceId\": \"{long}\"}}"),
    ] {
        let logs =
            format!("{{\"resourceLogs\": [{{\"scopeLogs\": [{{\"logRecords\": [{record}]}}]}}]}}");
        bodies::otlp_json(logs.as_bytes());
    }
}

/// Inputs that fuzzing found something with, and the ones it starts from.
#[test]
fn cases_are_survived() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/cases");
    let mut num = 0;
    for (name, body) in [
        ("push_json", bodies::loki_json as fn(&[u8])),
        ("push_protobuf", bodies::loki_protobuf),
        ("otlp_json", bodies::otlp_json),
        ("otlp_protobuf", bodies::otlp_protobuf),
        ("packed", bodies::packed),
    ] {
        for case in std::fs::read_dir(dir.join(name)).unwrap() {
            body(&std::fs::read(case.unwrap().path()).unwrap());
            num += 1;
        }
    }
    assert!(num >= 5);
}
