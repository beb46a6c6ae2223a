//! The relay over HTTP.

use std::ops::Range;

use gloo::net::http::{Request, RequestBuilder, Response};
use gloo::timers::future::TimeoutFuture;
use js_sys::encode_uri_component;
use model::{Columns, Timestamp, selector_text};
use protocol::index::{HeadRef, Index};
use protocol::share::SHARE_HEADER;
use web_sys::{AbortController, AbortSignal};

use super::source::{Ask, Source, SourceError};
use super::turns::{now_ms, pause};

/// A longer URL goes as a form: proxies cut at 8 KiB and below.
const MAX_URL_BYTES: usize = 4 << 10;
/// A relay that starts says so; half a minute of that is an error.
const MAX_TRIES: u32 = 60;
const RETRY_MS: u32 = 500;

#[derive(Debug)]
pub struct HttpSource {
    /// Ends in a slash, so that the viewer works below any path.
    base: String,
    /// The token of a shared link.
    share: Option<String>,
}

impl HttpSource {
    pub fn new(base: &str, share: Option<String>) -> Self {
        Self { base: base.to_owned(), share }
    }

    fn get(&self, url: &str) -> RequestBuilder {
        with_share(Request::get(url), self.share.as_deref())
    }

    /// The body of the index's answer.
    async fn ask(&self, url: &str, form: &str) -> Result<Vec<u8>, SourceError> {
        if url.len() + form.len() <= MAX_URL_BYTES {
            return self.bytes(self.get(&format!("{url}?{form}"))).await;
        }
        let waited_for = WaitedFor::default();
        let request = with_share(Request::post(url), self.share.as_deref())
            .header("content-type", "application/x-www-form-urlencoded")
            .abort_signal(waited_for.signal().as_ref())
            .body(form)
            .map_err(offline)?;
        body(request.send().await).await
    }

    async fn bytes(&self, request: RequestBuilder) -> Result<Vec<u8>, SourceError> {
        let waited_for = WaitedFor::default();
        body(request.abort_signal(waited_for.signal().as_ref()).send().await).await
    }
}

/// The request as the holder of a shared link sends it.
pub fn with_share(request: RequestBuilder, share: Option<&str>) -> RequestBuilder {
    match share {
        Some(token) => request.header(SHARE_HEADER, token),
        None => request,
    }
}

/// Ends a request with the query that waits for it: a browser has six connections to a relay, and
/// those of cancelled queries would be missing to the next one.
struct WaitedFor(Option<AbortController>);

impl Default for WaitedFor {
    fn default() -> Self {
        // Without one, the request just goes on to its end.
        Self(AbortController::new().ok())
    }
}

impl WaitedFor {
    fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }
}

impl Drop for WaitedFor {
    fn drop(&mut self) {
        // Nothing happens to a request that has its answer.
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

impl Source for HttpSource {
    async fn index(&self, ask: &Ask) -> Result<Index, SourceError> {
        let form = form(ask)?;
        let url = format!("{}api/index", self.base);
        let mut tries = 0;
        loop {
            match self.ask(&url, &form).await {
                // It has just been started and reads its journal.
                Err(SourceError::Refused { status: 503, .. }) if tries < MAX_TRIES => {
                    tries += 1;
                    TimeoutFuture::new(RETRY_MS).await;
                }
                Err(error) => return Err(error),
                Ok(body) => {
                    return serde_json::from_slice(&body).map_err(|error| {
                        SourceError::Unreadable { detail: format!("index: {error}") }
                    });
                }
            }
        }
    }

    async fn chunk(&self, id: &str, range: Option<Range<u64>>) -> Result<Vec<u8>, SourceError> {
        let mut request = self.get(&format!("{}api/chunks/{id}", self.base));
        if let Some(range) = &range {
            let last = range.end.saturating_sub(1);
            request = request.header("range", &format!("bytes={}-{last}", range.start));
        }
        let body = self.bytes(request).await?;
        // A server or proxy that does not know ranges sends the whole.
        match range {
            Some(range) if body.len() as u64 > range.end - range.start => {
                let part = usize::try_from(range.start)
                    .ok()
                    .zip(usize::try_from(range.end).ok())
                    .and_then(|(start, end)| body.get(start..end));
                part.map(<[u8]>::to_vec).ok_or_else(|| SourceError::Unreadable {
                    detail: format!("chunk {id} is shorter than the index says"),
                })
            }
            _ => Ok(body),
        }
    }

    async fn head(&self, head: &HeadRef) -> Result<Vec<u8>, SourceError> {
        let HeadRef { id, epoch, count, revision, .. } = head;
        let query = format!("epoch={epoch}&count={count}&revision={revision}");
        self.bytes(self.get(&format!("{}api/heads/{id}?{query}", self.base))).await
    }

    async fn pause(&self) {
        pause().await;
    }

    fn now_ms(&self) -> f64 {
        now_ms()
    }
}

/// The ask as URL parameters or as the body of a form.
fn form(ask: &Ask) -> Result<String, SourceError> {
    let mut pairs = vec![("match", selector_text(&ask.matchers))];
    if ask.range.start != Timestamp::MIN {
        pairs.push(("start", ask.range.start.0.to_string()));
    }
    if ask.range.end != Timestamp::MAX {
        pairs.push(("end", ask.range.end.0.to_string()));
    }
    if !ask.literals.is_empty() {
        let json = serde_json::to_string(&ask.literals)
            .map_err(|error| SourceError::Unreadable { detail: error.to_string() })?;
        pairs.push(("literals", json));
    }
    pairs.push(("columns", columns(ask.columns)));
    let encoded = |(name, value): &(&str, String)| {
        format!("{name}={}", String::from(encode_uri_component(value)))
    };
    Ok(pairs.iter().map(encoded).collect::<Vec<_>>().join("&"))
}

fn columns(columns: Columns) -> String {
    let named = [
        ("timestamps", true),
        ("arrivals", columns.arrivals),
        ("lines", columns.lines),
        ("lengths", columns.lengths),
        ("metadata", columns.metadata),
        ("auto", columns.auto),
    ];
    named.iter().filter(|(_, asked)| *asked).map(|(name, _)| *name).collect::<Vec<_>>().join(",")
}

async fn body(sent: Result<Response, gloo::net::Error>) -> Result<Vec<u8>, SourceError> {
    let response = sent.map_err(offline)?;
    match response.status() {
        200..=299 => response.binary().await.map_err(offline),
        404 => Err(SourceError::Gone),
        status => {
            let message = response.text().await.unwrap_or_default();
            Err(SourceError::Refused { status, message: message.trim().to_owned() })
        }
    }
}

fn offline(error: gloo::net::Error) -> SourceError {
    SourceError::Offline { detail: error.to_string() }
}
