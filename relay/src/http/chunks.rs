//! Sealed chunks. They are named by their content, so that whoever has one never asks again.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::http::header::{self, HeaderMap, HeaderValue};
use warp::reply::Response;
use warp::{Filter, Reply as _};

use crate::http::blocking::blocking;
use crate::http::{ApiError, App};
use crate::store::ChunkFile;

/// `GET /api/chunks/ID`, whole or one range of it.
pub fn routes(app: &App) -> BoxedFilter<(Response,)> {
    let app = app.clone();
    warp::path!("api" / "chunks" / String)
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .then(move |id: String, headers: HeaderMap| {
            let app = app.clone();
            async move { chunk(&app, id, &headers).await.unwrap_or_else(warp::Reply::into_response) }
        })
        .boxed()
}

async fn chunk(app: &App, id: String, headers: &HeaderMap) -> Result<Response, ApiError> {
    let store = app.store()?.clone();
    let gone = || ApiError::Gone { what: "this chunk".to_owned() };
    // The store takes the id for a file's name.
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(gone());
    }
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned);
    blocking(move || {
        let chunk = store.chunk(&id).ok_or_else(gone)?;
        let asked = match range {
            Some(text) => parse_range(&text, chunk.size)?,
            None => None,
        };
        let part = asked.clone().unwrap_or(0..chunk.size);
        let bytes = read(&chunk, &part).map_err(|error| match error.kind() {
            // Retention removed it in between.
            ErrorKind::NotFound => gone(),
            _ => ApiError::Internal { message: format!("cannot read chunk {id}: {error}") },
        })?;
        let mut response = bytes.into_response();
        if asked.is_some() {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text =
                format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), chunk.size);
            if let Ok(value) = HeaderValue::from_str(&text) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
        }
        let headers = response.headers_mut();
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=31536000, immutable"),
        );
        if let Ok(etag) = HeaderValue::from_str(&format!("\"{id}\"")) {
            headers.insert(header::ETAG, etag);
        }
        Ok(response)
    })
    .await
}

fn read(chunk: &ChunkFile, part: &Range<u64>) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(&chunk.path)?;
    file.seek(SeekFrom::Start(part.start))?;
    let len = part.end.saturating_sub(part.start);
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
    file.take(len).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// The one range asked for; None when the whole is to be sent, as for units and lists of ranges
/// that this server need not know.
fn parse_range(text: &str, size: u64) -> Result<Option<Range<u64>>, ApiError> {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Ok(None);
    };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(suffix)) if first.trim().is_empty() => size.saturating_sub(suffix)..size,
        _ => return Ok(None),
    };
    if range.is_empty() { Err(ApiError::Range { size }) } else { Ok(Some(range)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read() {
        for (text, expected) in [
            ("bytes=0-9", Ok(Some(0..10))),
            ("bytes=90-", Ok(Some(90..100))),
            ("bytes=-10", Ok(Some(90..100))),
            ("bytes=90-1000", Ok(Some(90..100))),
            ("bytes=-1000", Ok(Some(0..100))),
            ("bytes=0-0", Ok(Some(0..1))),
            ("bytes=100-", Err(())),
            ("bytes=200-300", Err(())),
            ("bytes=5-1", Ok(None)),
            ("bytes=0-1,3-4", Ok(None)),
            ("lines=0-1", Ok(None)),
            ("bytes=-", Ok(None)),
        ] {
            assert_eq!(parse_range(text, 100).map_err(|_| ()), expected, "{text}");
        }
    }
}
