use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use warp::Buf;
use warp::http::{HeaderMap, header};

use crate::http::blocking::blocking;
use crate::http::body::read_body_within;
use crate::http::{ApiError, App};
use crate::push::limits::MAX_BODY_BYTES;
use crate::push::{PushError, Reason, Refused, Streams, unpack};
use crate::store::Pushed;

/// A client that sends its body drop by drop must not hold its room for longer.
const BODY_TIME: Duration = Duration::from_secs(60);

/// What became of a push that could be read. What is taken is in the journal.
#[derive(Debug)]
pub struct Received {
    pub pushed: Pushed,
    pub refused: Refused,
}

impl Received {
    /// An error when something was refused: with 400 sending it again does not help, with 429 it
    /// does.
    pub fn whole(self) -> Result<(), ApiError> {
        let num = self.refused.num_entries();
        let Some(first) = self.refused.first.as_deref().filter(|_| num > 0) else { return Ok(()) };
        let (taken, known) = (self.pushed.taken, self.pushed.repeated);
        let message = format!(
            "{num} entries were refused, {taken} taken, {known} known already; the first refused: \
             {first}"
        );
        match self.refused.of(Reason::Streams) {
            0 => Err(ApiError::BadRequest { message }),
            _ => Err(ApiError::TooMany { message }),
        }
    }
}

pub fn content_type(headers: &HeaderMap) -> String {
    text(headers, header::CONTENT_TYPE)
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads a push and hands it to the store. `read` gets the content type and the body, unpacked as
/// its content encoding says.
pub async fn receive<B: Buf>(
    app: &App,
    headers: &HeaderMap,
    body: impl Stream<Item = Result<B, warp::Error>>,
    read: impl FnOnce(&str, &Bytes) -> Result<(Streams, Refused), PushError> + Send + 'static,
) -> Result<Received, ApiError> {
    let store = app.store()?.clone();
    let kind = content_type(headers);
    let encoding = text(headers, header::CONTENT_ENCODING);
    let body = read_body_within(body, MAX_BODY_BYTES, app.bodies_kib());
    let body = tokio::time::timeout(BODY_TIME, body).await;
    let (body, held) = body.map_err(|_| ApiError::Unavailable {
        message: format!("the body did not come within {} s", BODY_TIME.as_secs()),
    })??;
    // Each takes several times its body in memory.
    let turn = app.pushes().acquire_owned().await.map_err(|_| ApiError::Starting)?;
    let app = app.clone();
    blocking(move || {
        // Both end with the work, not with a client that hangs up.
        let _turns = (held, turn);
        let body = unpack(&encoding, body)?;
        let (streams, mut refused) = read(&kind, &body)?;
        drop(body);
        let pushed = store.push(streams)?;
        refused.add_beyond(pushed.beyond_limit, store.max_streams());
        app.push_counts().took(pushed.taken, pushed.repeated);
        app.push_counts().refused(&refused);
        Ok(Received { pushed, refused })
    })
    .await
}
