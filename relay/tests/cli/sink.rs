use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::Value;
use warp::Filter as _;
use warp::http::{HeaderMap, StatusCode};

/// Something that came in.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub authorization: Option<String>,
    pub body: Value,
}

/// Takes what receivers are sent, on loopback, and answers as they do: `/refuse…` as a robot
/// whose key is wrong, `/wrong…` as one that cannot use what it got, `/fail…` with trouble at first,
/// the rest as one that is content.
pub struct Sink {
    pub url: String,
    got: Arc<Mutex<Vec<Got>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Sink {
    pub fn start() -> Self {
        let got = Arc::new(Mutex::new(Vec::new()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let noted = Arc::clone(&got);
        let route = warp::post()
            .and(warp::path::full())
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .map(move |path: warp::path::FullPath, headers: HeaderMap, body: Bytes| {
                let body = read(&headers, &body);
                let path = path.as_str().to_owned();
                let header = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
                let is_first = !noted.lock().unwrap().iter().any(|known: &Got| known.path == path);
                let answer = match path.split('/').nth(1) {
                    Some("refuse") => (StatusCode::OK, r#"{"errcode":93000,"errmsg":"invalid"}"#),
                    Some("wrong") => (StatusCode::BAD_REQUEST, "entry too old"),
                    Some("fail") if is_first => (StatusCode::SERVICE_UNAVAILABLE, "later"),
                    _ => (StatusCode::OK, r#"{"errcode":0,"errmsg":"ok"}"#),
                };
                noted.lock().unwrap().push(Got { path, authorization: header, body });
                warp::reply::with_status(answer.1, answer.0)
            });
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let addr: SocketAddr = listener.local_addr().unwrap();
        runtime.spawn(warp::serve(route).incoming(listener).run());
        Self { url: format!("http://{addr}"), got, _runtime: runtime }
    }

    /// What came to a path, in order.
    pub fn at(&self, path: &str) -> Vec<Got> {
        self.got.lock().unwrap().iter().filter(|got| got.path == path).cloned().collect()
    }
}

/// A body of JSON, with gzip or without.
fn read(headers: &HeaderMap, body: &[u8]) -> Value {
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        return serde_json::from_reader(GzDecoder::new(body)).unwrap();
    }
    serde_json::from_slice(body).unwrap()
}
