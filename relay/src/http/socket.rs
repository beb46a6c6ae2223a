use std::time::Duration;

use futures_util::{SinkExt as _, Stream, StreamExt as _};
use warp::ws::{Message, WebSocket};

use crate::http::App;

/// Keeps proxies from closing a quiet socket, and finds out about clients that vanished.
const PING: Duration = Duration::from_secs(20);
/// A client that reads nothing for so long has vanished, or might as well have.
const PATIENCE: Duration = Duration::from_secs(60);
/// A client sends nothing but pings and its close.
pub const CLIENT_MESSAGE_LIMIT_BYTES: usize = 4096;

/// Sends messages until there are no more, the client leaves or the relay stops.
pub async fn send(app: App, socket: WebSocket, messages: impl Stream<Item = String> + Send) {
    let (mut send, mut receive) = socket.split();
    let mut messages = std::pin::pin!(messages);
    let mut ping = tokio::time::interval_at(tokio::time::Instant::now() + PING, PING);
    let stopped = app.stopped();
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let message = tokio::select! {
            text = messages.next() => match text {
                Some(text) => Message::text(text),
                None => break,
            },
            heard = receive.next() => match heard {
                // Pings are answered within the socket once they are read.
                Some(Ok(message)) if !message.is_close() => continue,
                _ => break,
            },
            _ = ping.tick() => Message::ping(Vec::new()),
            () = &mut stopped => break,
        };
        // A client that does not read must not keep the relay from stopping.
        let sent = tokio::select! {
            sent = tokio::time::timeout(PATIENCE, send.send(message)) => matches!(sent, Ok(Ok(()))),
            () = &mut stopped => false,
        };
        if !sent {
            break;
        }
    }
    send.close().await.ok();
}
