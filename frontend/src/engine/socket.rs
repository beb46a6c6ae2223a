//! The connection of a live tail: opened again whenever it breaks, going on where it was.

use futures_util::stream::StreamExt as _;
use gloo::net::http::Request;
use gloo::net::websocket::futures::WebSocket;
use gloo::net::websocket::{Message, WebSocketError};
use gloo::timers::future::TimeoutFuture;
use js_sys::encode_uri_component;
use model::selector_text;
use protocol::share::TailTicket;

use super::http::with_share;
use super::message::{Event, Failure, Id, ROWS_PER_MESSAGE, TailRequest, TailRows, TailState};
use super::tail::Tail;

const FIRST_RETRY_MS: u32 = 500;
const LAST_RETRY_MS: u32 = 30_000;

/// Follows until the future is dropped.
/// `share` is the token of a shared link.
pub async fn follow(id: Id, request: TailRequest, share: Option<String>, tell: impl Fn(Event)) {
    let mut tail = match Tail::open(&request.text, request.after) {
        Ok(tail) => tail,
        Err(error) => {
            tell(Event::Failed { id, failure: Failure::Query(error) });
            return;
        }
    };
    let mut retry_ms = FIRST_RETRY_MS;
    loop {
        let reason =
            match connect(id, &request, share.as_deref(), &mut tail, &tell, &mut retry_ms).await {
                Ok(reason) => reason,
                Err(failure) => {
                    tell(Event::Failed { id, failure });
                    return;
                }
            };
        let state = TailState::Reconnecting { retry_ms: u64::from(retry_ms), reason };
        tell(Event::TailState { id, state });
        TimeoutFuture::new(retry_ms).await;
        retry_ms = retry_ms.saturating_mul(2).min(LAST_RETRY_MS);
    }
}

/// One connection, until it breaks: why. An error ends the tail.
async fn connect(
    id: Id,
    request: &TailRequest,
    share: Option<&str>,
    tail: &mut Tail,
    tell: &impl Fn(Event),
    retry_ms: &mut u32,
) -> Result<String, Failure> {
    let ticket = match share {
        Some(token) => match ticket(&request.base, token).await {
            Ok(ticket) => Some(ticket),
            Err(reason) => return Ok(reason),
        },
        None => None,
    };
    let mut socket = match WebSocket::open(&url(request, ticket.as_deref(), tail)) {
        Ok(socket) => socket,
        Err(error) => return Ok(error.to_string()),
    };
    if let Err(reason) = opened(&socket).await {
        return Ok(reason);
    }
    tell(Event::TailState { id, state: TailState::Connected });
    *retry_ms = FIRST_RETRY_MS;
    while let Some(message) = socket.next().await {
        let frame = match message {
            Ok(Message::Text(text)) => serde_json::from_str(&text),
            Ok(Message::Bytes(bytes)) => serde_json::from_slice(&bytes),
            Err(error) => return Ok(broken(&error)),
        };
        let frame = frame.map_err(|e| Failure::Unreadable { detail: format!("live tail: {e}") })?;
        if let Some(rows) = tail.frame(frame, js_sys::Date::now()).map_err(Failure::Query)? {
            for rows in messages(rows) {
                tell(Event::TailRows { id, rows });
            }
        }
    }
    Ok("the relay closed the connection".to_owned())
}

/// Why a connection ended. A relay that was killed gives neither a word nor a code of its own.
fn broken(error: &WebSocketError) -> String {
    match error {
        WebSocketError::ConnectionClose(close) if !close.reason.is_empty() => close.reason.clone(),
        _ => "the connection broke".to_owned(),
    }
}

/// Waits while the connection is being made.
async fn opened(socket: &WebSocket) -> Result<(), String> {
    loop {
        match socket.state() {
            gloo::net::websocket::State::Open => return Ok(()),
            gloo::net::websocket::State::Connecting => TimeoutFuture::new(20).await,
            gloo::net::websocket::State::Closing | gloo::net::websocket::State::Closed => {
                return Err("the relay does not answer".to_owned());
            }
        }
    }
}

/// What opens the tail of a shared link: a WebSocket has no headers.
async fn ticket(base: &str, token: &str) -> Result<String, String> {
    let request = with_share(Request::post(&format!("{base}api/share/ticket")), Some(token));
    let response = request.send().await.map_err(|error| error.to_string())?;
    if !response.ok() {
        return Err(response.text().await.unwrap_or_default().trim().to_owned());
    }
    let answer: TailTicket = response.json().await.map_err(|error| error.to_string())?;
    Ok(answer.ticket)
}

fn url(request: &TailRequest, ticket: Option<&str>, tail: &Tail) -> String {
    // http → ws, https → wss.
    let base = request.base.replacen("http", "ws", 1);
    let selector = String::from(encode_uri_component(&selector_text(tail.matchers())));
    let after = tail.after().map(|after| format!("&after={after}")).unwrap_or_default();
    match ticket {
        Some(ticket) => format!("{base}api/share/tail?ticket={ticket}&match={selector}{after}"),
        None => format!("{base}api/tail?match={selector}{after}"),
    }
}

/// A burst in pieces that the page takes without a hitch.
fn messages(mut rows: TailRows) -> Vec<TailRows> {
    let mut messages = Vec::new();
    while rows.new.len() > ROWS_PER_MESSAGE {
        let rest = rows.new.split_off(ROWS_PER_MESSAGE);
        let first = TailRows { new: std::mem::replace(&mut rows.new, rest), ..rows.clone() };
        messages.push(TailRows { replaced: Vec::new(), removed: Vec::new(), dropped: 0, ..first });
    }
    messages.push(rows);
    messages
}
