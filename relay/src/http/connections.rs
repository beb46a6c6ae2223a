//! Serving connections: so many at once, and none for a client that stands still.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// Accepting fails when there are no more files to be had; some end soon.
const BREATH: Duration = Duration::from_millis(100);

/// The other end of the connection that a request came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// What connections may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// At once; more wait until one ends, or becomes a WebSocket.
    pub max: usize,
    /// From the start of a connection, or the end of an answer, to the end of a request's head.
    pub head_time: Duration,
    /// Bytes of a request's head, give or take what is read at once.
    pub max_head_bytes: usize,
    /// For a client to take some more of its answer.
    pub write_time: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            max: 512,
            head_time: Duration::from_secs(60),
            // The longest query that is allowed, all of it escaped.
            max_head_bytes: 400 << 10,
            write_time: Duration::from_secs(60),
        }
    }
}

impl Connections {
    /// Answers requests until it is told to stop, then those that are under way.
    pub async fn serve(
        self,
        listener: TcpListener,
        routes: BoxedFilter<(Response,)>,
        stopping: watch::Receiver<bool>,
    ) {
        let places = Arc::new(Semaphore::new(self.max));
        let mut server = http1::Builder::new();
        server
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_time)
            .max_buf_size(self.max_head_bytes);
        let mut stop = std::pin::pin!(told(stopping.clone()));
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                next = next => next,
                () = &mut stop => break,
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(BREATH).await;
                continue;
            };
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(self.write_time));
            let answer = TowerToHyperService::new(warp::service(routes.clone()));
            let service = service_fn(move |mut request: hyper::Request<_>| {
                request.extensions_mut().insert(Peer(peer));
                answer.call(request)
            });
            let connection =
                server.serve_connection(TokioIo::new(Box::pin(stream)), service).with_upgrades();
            let stop = told(stopping.clone());
            tokio::spawn(async move {
                let mut connection = std::pin::pin!(connection);
                tokio::select! {
                    // How a client went away concerns nobody.
                    _ = connection.as_mut() => {}
                    () = stop => {
                        connection.as_mut().graceful_shutdown();
                        connection.await.ok();
                    }
                }
                drop(place);
            });
        }
        drop(listener);
        let all = u32::try_from(self.max).unwrap_or(u32::MAX);
        places.acquire_many(all).await.ok();
    }
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // Whoever would tell is gone: that is an end as well.
    stopping.wait_for(|stop| *stop).await.ok();
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use warp::{Filter as _, Reply as _};

    use super::*;

    const LARGE: usize = 32 << 20;

    /// Serves a word, the peer, and an answer that fits into no buffer.
    async fn serving<T: Send + 'static>(
        connections: Connections,
        clients: impl FnOnce(SocketAddr) -> T + Send + 'static,
    ) -> T {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let word = warp::path("word").map(|| "word".into_response());
        let peer = warp::path("peer").and(warp::filters::ext::get::<Peer>());
        let peer = peer.map(|Peer(peer)| peer.to_string().into_response());
        let large = warp::path("large").map(|| vec![b'x'; LARGE].into_response());
        let routes = word.or(peer).unify().or(large).unify().boxed();
        let (stop, stopping) = watch::channel(false);
        let server = tokio::spawn(connections.serve(listener, routes, stopping));
        let told = tokio::task::spawn_blocking(move || clients(addr)).await.unwrap();
        stop.send(true).unwrap();
        server.await.unwrap();
        told
    }

    fn asked(addr: SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(addr).unwrap();
        let request = format!("GET /{path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn whole(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        // One that is cut off ends in an error.
        stream.read_to_end(&mut answer).ok();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn a_request_knows_where_it_came_from() {
        let (answer, peer) = serving(Connections::default(), |addr| {
            let stream = asked(addr, "peer");
            let peer = stream.local_addr().unwrap().to_string();
            (whole(stream), peer)
        })
        .await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&peer), "{answer}");
    }

    #[tokio::test]
    async fn no_more_are_served_at_once_than_may_be() {
        const AT_ONCE: usize = 2;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let entered = Arc::new(watch::Sender::new(0));
        let inside = Arc::clone(&entered);
        let routes = warp::any()
            .then(move || {
                let inside = Arc::clone(&inside);
                async move {
                    inside.send_modify(|now| *now += 1);
                    // As long as it takes one too many to come in, if it could.
                    let mut seen = inside.subscribe();
                    let crowd = seen.wait_for(|now| *now > AT_ONCE);
                    let wait = Duration::from_millis(100);
                    let crowded = tokio::time::timeout(wait, crowd).await.is_ok();
                    inside.send_modify(|now| *now -= 1);
                    if crowded { "crowded" } else { "calm" }.into_response()
                }
            })
            .boxed();
        let few = Connections { max: AT_ONCE, ..Connections::default() };
        let (_stop, stopping) = watch::channel(false);
        tokio::spawn(few.serve(listener, routes, stopping));
        let answers = tokio::task::spawn_blocking(move || {
            let all: Vec<TcpStream> = (0..6).map(|_| asked(addr, "")).collect();
            all.into_iter().map(whole).collect::<Vec<_>>()
        });
        for answer in answers.await.unwrap() {
            assert!(answer.ends_with("calm"), "{answer}");
        }
    }

    #[tokio::test]
    async fn who_never_finishes_a_request_makes_room_for_others() {
        let few =
            Connections { max: 4, head_time: Duration::from_millis(200), ..Connections::default() };
        let answer = serving(few, |addr| {
            let silent: Vec<TcpStream> =
                (0..8).map(|_| TcpStream::connect(addr).unwrap()).collect();
            let begun: Vec<TcpStream> = (0..8)
                .map(|_| {
                    let mut stream = TcpStream::connect(addr).unwrap();
                    stream.write_all(b"GET /word HTTP/1.1\r\nhost:").unwrap();
                    stream
                })
                .collect();
            let answer = whole(asked(addr, "word"));
            drop((silent, begun));
            answer
        })
        .await;
        assert!(answer.ends_with("word"), "{answer}");
    }

    #[tokio::test]
    async fn who_does_not_take_an_answer_makes_room_for_others() {
        let one = Connections {
            max: 1,
            write_time: Duration::from_millis(200),
            ..Connections::default()
        };
        let (answer, left) = serving(one, |addr| {
            let still = asked(addr, "large");
            (whole(asked(addr, "word")), whole(still).len())
        })
        .await;
        assert!(answer.ends_with("word"), "{answer}");
        assert!(left < LARGE, "{left}");
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_is_refused() {
        let small = Connections { max_head_bytes: 16 << 10, ..Connections::default() };
        let (large, many, fits) = serving(small, |addr| {
            let with = |headers: String| {
                let mut stream = TcpStream::connect(addr).unwrap();
                let head = format!("GET /word HTTP/1.1\r\nconnection: close\r\n{headers}\r\n");
                // The server may have hung up before all is written.
                stream.write_all(head.as_bytes()).ok();
                whole(stream)
            };
            let many = (0..500).map(|n| format!("x-{n}: 1\r\n")).collect();
            (with(format!("x: {}\r\n", "x".repeat(1 << 20))), with(many), with(String::new()))
        })
        .await;
        assert!(large.is_empty() || large.starts_with("HTTP/1.1 431"), "{large}");
        assert!(many.starts_with("HTTP/1.1 431"), "{many}");
        assert!(fits.ends_with("word"), "{fits}");
    }

    #[tokio::test]
    async fn what_is_under_way_is_answered_to_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (begun, mut has_begun) = tokio::sync::mpsc::channel::<()>(1);
        let (go_on, may_go_on) = watch::channel(false);
        let routes = warp::any()
            .then(move || {
                let (begun, mut may_go_on) = (begun.clone(), may_go_on.clone());
                async move {
                    begun.send(()).await.unwrap();
                    may_go_on.wait_for(|go| *go).await.unwrap();
                    "late".into_response()
                }
            })
            .boxed();
        let (stop, stopping) = watch::channel(false);
        let server = tokio::spawn(Connections::default().serve(listener, routes, stopping));
        let answer = tokio::task::spawn_blocking(move || whole(asked(addr, "")));
        has_begun.recv().await.unwrap();
        stop.send(true).unwrap();
        go_on.send(true).unwrap();
        server.await.unwrap();
        assert!(answer.await.unwrap().ends_with("late"));
    }
}
