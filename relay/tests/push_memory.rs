//! Bodies made to take much memory. Alone in its process, whose peak it looks at.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use relay::push::{Format, loki, otlp};

/// Of each body; the largest one allowed is eight times as large.
const BODY_BYTES: usize = 8 << 20;
const PEAK_KIB: u64 = 200 << 10;

#[test]
fn no_body_takes_many_times_its_size() {
    let proto = |body: &[u8]| drop(loki("application/x-protobuf", body));
    let json = |body: &[u8]| drop(loki("application/json", body));
    let otlp_proto = |body: &[u8]| drop(otlp::logs(Format::Protobuf, body, 1));
    let otlp_json = |body: &[u8]| drop(otlp::logs(Format::Json, body, 1));
    let labels = b"\x0a\x07{a=\"b\"}";
    let streams = "{\"streams\": [{\"stream\": {\"a\": \"b\"}, \"values\": [";
    let records = "{\"resourceLogs\": [{\"scopeLogs\": [{\"logRecords\": [";

    proto(&message(&[1], labels, b"\x12\x00"));
    proto(&message(&[1], labels, b"\x12\x02\x0a\x00"));
    proto(&message(&[1, 2], b"", b"\x1a\x00"));
    proto(&message(&[], b"", b"\x0a\x00"));
    json(&text(streams, "[]"));
    json(&text(streams, "[\"1\",\"\"]"));
    json(&text("{\"streams\": [", "{}"));
    json(&text("{\"streams\": [{\"values\": [[\"1\", \"x\", {\"a\":\"b\"", "\"\":\"\""));
    otlp_proto(&message(&[], b"", b"\x0a\x00"));
    otlp_proto(&message(&[1, 2], b"", b"\x12\x00"));
    otlp_proto(&message(&[1, 2, 2], b"", b"\x32\x00"));
    otlp_proto(&message(&[1, 1], b"", b"\x0a\x00"));
    otlp_proto(&message(&[1, 2, 2, 5, 5], b"", b"\x0a\x00"));
    // A resource as large as metadata may be, shared by millions of records.
    let value = [b"\x0a\x80\xc0\x03".as_slice(), &[b'x'; 57_344]].concat();
    let attribute = [b"\x0a\x01k\x12".as_slice(), &varint(value.len()), &value].concat();
    let resource = within(1, &within(1, &attribute));
    otlp_proto(&within(1, &[resource, message(&[2], b"", b"\x12\x00")].concat()));
    otlp_json(&text(records, "{}"));
    otlp_json(&text(&format!("{records}{{\"attributes\": ["), "{}"));
    otlp_json(&text("{\"resourceLogs\": [{\"resource\": {\"attributes\": [", "{}"));
    otlp_json(&text(&format!("{records}{{\"body\": {{\"arrayValue\": {{\"values\": ["), "{}"));
    otlp_json(&text("{\"resourceLogs\": [", "{}"));

    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().strip_suffix("kB").unwrap().trim().parse().unwrap();
    assert!(peak < PEAK_KIB, "{} MiB at the peak", peak >> 10);
}

/// `part` again and again, within messages of these field numbers, the outermost first.
fn message(fields: &[u32], first: &[u8], part: &[u8]) -> Vec<u8> {
    let inner = [first, &part.repeat(BODY_BYTES / part.len())].concat();
    fields.iter().rev().fold(inner, |inner, field| within(*field, &inner))
}

fn within(field: u32, message: &[u8]) -> Vec<u8> {
    [&[u8::try_from(field << 3 | 2).unwrap()], &varint(message.len())[..], message].concat()
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// `start`, `part` again and again, and every bracket closed.
fn text(start: &str, part: &str) -> Vec<u8> {
    let parts = vec![part; BODY_BYTES / (part.len() + 1)].join(",");
    let joint = if start.ends_with('[') { "" } else { "," };
    let mut open = Vec::new();
    for c in start.chars() {
        match c {
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => drop(open.pop()),
            _ => {}
        }
    }
    let close: String = open.into_iter().rev().collect();
    format!("{start}{joint}{parts}{close}").into_bytes()
}
