use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// More chunks than any test asks for.
const ALL: usize = 1 << 20;
const NOT_HERE: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Stands between a page and its relay, as a proxy does. It may hold chunks back until it is told
/// to let them through: what a slow network does, without a clock.
#[derive(Debug)]
pub struct Gate {
    pub url: String,
    held: Arc<Held>,
    accepting: JoinHandle<()>,
}

impl Gate {
    /// Closed to chunks, open to everything else.
    pub async fn start(relay: &str) -> Result<Self> {
        Self::below(relay, "").await
    }

    /// A proxy that has the relay below this path, `/tools/logs`, and nothing elsewhere. As closed.
    pub async fn below(relay: &str, path: &'static str) -> Result<Self> {
        let relay = relay.strip_prefix("http://").context("not a relay's URL")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}{path}", listener.local_addr()?);
        let held = Arc::new(Held {
            chunks: Semaphore::new(0),
            asked: AtomicUsize::new(0),
            given_up: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn({
            let held = Arc::clone(&held);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let (relay, held) = (relay.clone(), Arc::clone(&held));
                    tokio::spawn(async move {
                        // A page that goes away in the middle is not the test's concern.
                        pass(client, &relay, path, &held).await.ok();
                    });
                }
            }
        });
        Ok(Self { url, held, accepting })
    }

    /// Holds nothing back any more.
    pub fn open(&self) {
        self.held.chunks.add_permits(ALL);
    }

    /// Requests for chunks so far.
    pub fn asked(&self) -> usize {
        self.held.asked.load(Ordering::SeqCst)
    }

    /// Requests for chunks that the page has stopped waiting for.
    pub fn given_up(&self) -> usize {
        self.held.given_up.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
struct Held {
    chunks: Semaphore,
    asked: AtomicUsize,
    given_up: AtomicUsize,
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One request a connection, so that each is seen.
async fn pass(client: TcpStream, relay: &str, path: &str, held: &Held) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if client.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let below = head.split_once(' ').and_then(|(_, rest)| rest.strip_prefix(path));
    if !below.is_some_and(|rest| rest.starts_with('/')) {
        return client.write_all(NOT_HERE).await;
    }
    head = head.replacen(&format!(" {path}/"), " /", 1);
    if head.starts_with("GET /api/chunks/") {
        held.asked.fetch_add(1, Ordering::SeqCst);
        tokio::select! {
            pass = held.chunks.acquire() => pass.map_err(io::Error::other)?.forget(),
            // It says nothing more before it has its answer, but it may hang up.
            _ = client.fill_buf() => {
                held.given_up.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
        }
    }
    let head = head.replacen("Connection: keep-alive", "Connection: close", 1);
    let mut relay = TcpStream::connect(relay).await?;
    relay.write_all(head.as_bytes()).await?;
    copy_bidirectional(&mut client, &mut relay).await?;
    Ok(())
}
