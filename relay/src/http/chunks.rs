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
    let range = range_of(headers);
    blocking(move || {
        let chunk = store.chunk(checked(&id)?).ok_or_else(gone)?;
        from_file(&id, &chunk, range.as_deref())
    })
    .await
}

/// It is not kept any more, or never was.
pub fn gone() -> ApiError {
    ApiError::Gone { what: "this chunk".to_owned() }
}

/// The store takes the id for a file's name.
pub fn checked(id: &str) -> Result<&str, ApiError> {
    let is_name = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if is_name { Ok(id) } else { Err(gone()) }
}

/// The range that a request asks for, as it stands in its header.
pub fn range_of(headers: &HeaderMap) -> Option<String> {
    headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned)
}

/// A chunk on disk, whole or a range of it.
pub fn from_file(id: &str, chunk: &ChunkFile, range: Option<&str>) -> Result<Response, ApiError> {
    serve(id, chunk.size, range, |part| {
        read(chunk, &part).map_err(|error| match error.kind() {
            // Retention removed it in between.
            ErrorKind::NotFound => gone(),
            _ => ApiError::Internal { message: format!("cannot read chunk {id}: {error}") },
        })
    })
}

/// A chunk in memory, whole or a range of it.
pub fn from_bytes(id: &str, bytes: &[u8], range: Option<&str>) -> Result<Response, ApiError> {
    serve(id, bytes.len() as u64, range, |part| {
        let at = |end: u64| usize::try_from(end).unwrap_or(usize::MAX);
        Ok(bytes.get(at(part.start)..at(part.end)).unwrap_or_default().to_vec())
    })
}

fn serve(
    id: &str,
    size: u64,
    range: Option<&str>,
    read: impl FnOnce(Range<u64>) -> Result<Vec<u8>, ApiError>,
) -> Result<Response, ApiError> {
    let asked = range.map(|text| parse_range(text, size)).transpose()?.flatten();
    let mut response = read(asked.clone().unwrap_or(0..size))?.into_response();
    if let Some(part) = asked {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let text = format!("bytes {}-{}/{size}", part.start, part.end.saturating_sub(1));
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
