//! `POST /loki/api/v1/push`, JSON.

use std::collections::BTreeMap;

use bytes::Bytes;
use model::{Entry, Labels};
use serde::Deserialize;
use serde_json::value::RawValue;
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::http::header::{self, HeaderMap};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::config::is_label_name;
use crate::http::blocking::blocking;
use crate::http::loki::inflate::inflate;
use crate::http::loki::split;
use crate::http::params::read_body;
use crate::http::{ApiError, App};

/// As it comes.
const BODY_LIMIT_BYTES: usize = 16 << 20;
/// Unpacked.
const TEXT_LIMIT_BYTES: usize = 64 << 20;

/// Loki's limits on what names a stream.
const MAX_LABELS: usize = 15;
const MAX_NAME_BYTES: usize = 1024;
const MAX_VALUE_BYTES: usize = 2048;
/// Loki's limits on structured metadata.
const MAX_METADATA_BYTES: usize = 64 << 10;
const MAX_METADATA_KEYS: usize = 128;

type Streams = Vec<(Labels, Vec<Entry>)>;

pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("loki" / "api" / "v1" / "push")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(move |headers: HeaderMap, body| {
            let app = app.clone();
            async move {
                let push = async {
                    let encoding = check_headers(&headers)?;
                    push(&app, &encoding, read_body(body, BODY_LIMIT_BYTES).await?).await
                };
                match push.await {
                    Ok(()) => StatusCode::NO_CONTENT.into_response(),
                    Err(error) => error.into_response(),
                }
            }
        })
        .boxed()
}

/// The content encoding; an error for what is not JSON.
fn check_headers(headers: &HeaderMap) -> Result<String, ApiError> {
    let text = |name| headers.get(name).and_then(|v: &header::HeaderValue| v.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or("application/json").to_ascii_lowercase();
    if !kind.starts_with("application/json") {
        return Err(ApiError::Unsupported {
            message: format!("content type {kind:?} is not taken here, expected application/json"),
        });
    }
    Ok(text(header::CONTENT_ENCODING).unwrap_or("identity").trim().to_ascii_lowercase())
}

async fn push(app: &App, encoding: &str, body: Bytes) -> Result<(), ApiError> {
    let store = app.store()?.clone();
    let encoding = encoding.to_owned();
    blocking(move || {
        let text = inflate(&encoding, body, TEXT_LIMIT_BYTES)?;
        let streams = parse(&text)?;
        store.push(streams)?;
        Ok(())
    })
    .await
}

/// The outer shape only, so that what is wrong inside can be named by its place.
#[derive(Deserialize)]
struct RawPush<'a> {
    #[serde(borrow)]
    streams: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawStream<'a> {
    stream: BTreeMap<String, String>,
    #[serde(borrow, default)]
    values: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawEntry {
    WithMetadata(String, String, BTreeMap<String, String>),
    Plain(String, String),
}

fn parse(body: &[u8]) -> Result<Streams, ApiError> {
    let bad = |message: String| ApiError::BadRequest { message };
    let push: RawPush<'_> = serde_json::from_slice(body)
        .map_err(|error| bad(format!("expected {{\"streams\": […]}}: {error}")))?;
    let mut streams = Vec::with_capacity(push.streams.len());
    for (at, raw) in push.streams.iter().enumerate() {
        let raw: RawStream<'_> = serde_json::from_str(raw.get()).map_err(|error| {
            bad(format!(
                "stream {at}: expected {{\"stream\": {{labels}}, \"values\": […]}}, \
                 every label a string: {error}"
            ))
        })?;
        let labels = labels(raw.stream).map_err(|what| bad(format!("stream {at}: {what}")))?;
        let mut entries = Vec::with_capacity(raw.values.len());
        for (number, value) in raw.values.iter().enumerate() {
            let entry = entry(value.get())
                .map_err(|what| bad(format!("stream {at} {labels}, entry {number}: {what}")))?;
            entries.extend(split::parts(entry));
        }
        if !entries.is_empty() {
            streams.push((labels, entries));
        }
    }
    Ok(streams)
}

fn labels(raw: BTreeMap<String, String>) -> Result<Labels, String> {
    if raw.is_empty() {
        return Err("at least one label is needed to name a stream".to_owned());
    }
    if raw.len() > MAX_LABELS {
        return Err(format!(
            "{} labels, expected at most {MAX_LABELS}; what differs from line to line belongs \
             into the line or its metadata",
            raw.len()
        ));
    }
    for (name, value) in &raw {
        let shown: String = name.chars().take(80).collect();
        if name.len() > MAX_NAME_BYTES || !is_label_name(name) {
            return Err(format!(
                "label name {shown:?}, expected letters, digits and _, not starting with a \
                 digit, at most {MAX_NAME_BYTES} bytes"
            ));
        }
        if value.len() > MAX_VALUE_BYTES {
            return Err(format!(
                "the value of label {shown:?} has {} bytes, expected at most {MAX_VALUE_BYTES}",
                value.len()
            ));
        }
    }
    // An empty value is the same as no label.
    Ok(raw.into_iter().filter(|(_, value)| !value.is_empty()).collect())
}

fn entry(text: &str) -> Result<Entry, String> {
    let raw: RawEntry = serde_json::from_str(text).map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        format!("expected [\"<nanoseconds>\", \"line\"], all of it strings, found {shown}")
    })?;
    let (time, line, metadata) = match raw {
        RawEntry::WithMetadata(time, line, metadata) => (time, line, metadata),
        RawEntry::Plain(time, line) => (time, line, BTreeMap::new()),
    };
    let timestamp = time
        .parse()
        .map_err(|_| format!("time {time:?}, expected nanoseconds since 1970 as a string"))?;
    let size: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if metadata.len() > MAX_METADATA_KEYS || size > MAX_METADATA_BYTES {
        return Err(format!(
            "structured metadata of {} names and {size} bytes, expected at most \
             {MAX_METADATA_KEYS} names and {MAX_METADATA_BYTES} bytes",
            metadata.len()
        ));
    }
    Ok(Entry {
        timestamp,
        arrival: 0,
        line: line.into_bytes(),
        metadata: metadata.into_iter().collect(),
        auto: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_cannot_be_taken_names_the_place() {
        for (body, expected) in [
            ("", "expected {\"streams\": […]}: EOF"),
            ("{}", "expected {\"streams\": […]}: missing field"),
            (r#"{"streams":[{"values":[]}]}"#, "stream 0: expected"),
            (r#"{"streams":[{"stream":{},"values":[]}]}"#, "stream 0: at least one label"),
            (r#"{"streams":[{"stream":{"a":1}}]}"#, "stream 0: expected"),
            (r#"{"streams":[{"stream":{"1a":"x"}}]}"#, "stream 0: label name \"1a\""),
            (
                r#"{"streams":[{"stream":{"a":"x"},"values":[["1","ok"],["soon","line"]]}]}"#,
                "stream 0 {a=\"x\"}, entry 1: time \"soon\", expected nanoseconds",
            ),
            (
                r#"{"streams":[{"stream":{"a":"x"},"values":[[1,"line"]]}]}"#,
                "stream 0 {a=\"x\"}, entry 0: expected [\"<nanoseconds>\", \"line\"]",
            ),
        ] {
            let error = parse(body.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{body}: {error}");
        }
    }

    #[test]
    fn entries_are_taken_with_their_metadata() {
        let body = r#"{"streams":[{"stream":{"job":"a","none":""},
            "values":[["5","x"],["6","y",{"trace":"7"}]]}]}"#;
        let streams = parse(body.as_bytes()).unwrap();
        let (labels, entries) = &streams[0];
        assert_eq!(labels.to_string(), r#"{job="a"}"#);
        assert_eq!(entries[0].line, b"x");
        assert_eq!(entries[1].metadata, [("trace".to_owned(), "7".to_owned())]);
    }
}
