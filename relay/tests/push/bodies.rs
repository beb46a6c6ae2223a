//! What must hold for any body at all. Property tests run these, and cargo-fuzz (`tests/fuzz`).

use bytes::Bytes;
use relay::push::limits::{
    ENTRY_BYTES, MAX_LABELS, MAX_METADATA_BYTES, MAX_METADATA_NAMES, MAX_TEXT_BYTES,
};
use relay::push::{Format, PushError, Refused, Streams, loki, otlp, unpack};

pub fn loki_json(body: &[u8]) {
    check(loki("application/json", body));
}

pub fn loki_protobuf(body: &[u8]) {
    check(loki("application/x-protobuf", body));
}

/// Of no declared type.
pub fn loki_any(body: &[u8]) {
    check(loki("", body));
}

pub fn otlp_json(body: &[u8]) {
    check(otlp::logs(Format::Json, body, 1));
}

pub fn otlp_protobuf(body: &[u8]) {
    check(otlp::logs(Format::Protobuf, body, 1));
}

/// The first byte chooses the encoding.
pub fn packed(body: &[u8]) {
    let [first, body @ ..] = body else { return };
    let encodings = ["gzip", "deflate", "zstd", "snappy", "identity", "other"];
    let encoding = encodings[usize::from(*first) % encodings.len()];
    if let Ok(text) = unpack(encoding, Bytes::copy_from_slice(body)) {
        assert!(text.len() <= MAX_TEXT_BYTES);
        loki_any(&text);
    }
}

fn check(result: Result<(Streams, Refused), PushError>) {
    let (streams, refused) = match result {
        Ok(taken) => taken,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && text.len() < 2_000, "{text}");
            return;
        }
    };
    assert_eq!(refused.first.is_some(), refused.num_entries() > 0);
    assert!(refused.first.is_none_or(|text| text.len() < 2_000));
    let mut bytes = 0;
    for (labels, entries) in streams {
        assert!((1..=MAX_LABELS).contains(&labels.len()), "{labels}");
        assert!(!entries.is_empty());
        for entry in entries {
            let names: Vec<&String> = entry.metadata.iter().map(|(name, _)| name).collect();
            assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
            // One more for the mark of a part.
            assert!(names.len() <= MAX_METADATA_NAMES + 1);
            let metadata: usize = entry.metadata.iter().map(|(n, v)| n.len() + v.len()).sum();
            // Names may grow by what makes them valid.
            assert!(metadata <= 2 * MAX_METADATA_BYTES, "{metadata}");
            bytes += entry.line.len() + ENTRY_BYTES;
        }
    }
    assert!(bytes <= MAX_TEXT_BYTES);
}
