use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::Value;
use warp::http::header::RETRY_AFTER;
use warp::http::{HeaderMap, HeaderValue, StatusCode};
use warp::path::FullPath;
use warp::{Filter as _, Reply as _};

/// Something that came in.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    /// Behind the question mark.
    pub query: String,
    pub authorization: Option<String>,
    pub body: Value,
}

/// Takes what receivers are sent, on loopback, and answers as they do: by the name of each vendor
/// as that vendor, `/limit…` as one that is told too much at first, `/refuse…` as a robot
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
            .and(warp::query::raw().or_else(async |_| Ok::<_, Infallible>((String::new(),))))
            .and(warp::header::headers_cloned())
            .and(warp::body::bytes())
            .map(move |path: FullPath, query: String, headers: HeaderMap, body: Bytes| {
                let body = read(&headers, &body);
                let path = path.as_str().to_owned();
                let header = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
                let is_first = !noted.lock().unwrap().iter().any(|known: &Got| known.path == path);
                let mut retry_after = None;
                let answer = match path.split('/').nth(1) {
                    Some("feishu") => (StatusCode::OK, r#"{"code":0,"msg":"success","data":{}}"#),
                    Some("slack") => (StatusCode::OK, "ok"),
                    Some("discord") => (StatusCode::NO_CONTENT, ""),
                    Some("") => (StatusCode::OK, r#"{"id":"x","event":"message"}"#),
                    Some("limit") if is_first => {
                        retry_after = Some("1");
                        (StatusCode::TOO_MANY_REQUESTS, r#"{"message":"slow down"}"#)
                    }
                    Some("busy") if is_first => (StatusCode::OK, r#"{"errcode":45009}"#),
                    Some("refuse") => (StatusCode::OK, r#"{"errcode":93000,"errmsg":"invalid"}"#),
                    Some("wrong") => (StatusCode::BAD_REQUEST, "entry too old"),
                    Some("fail") if is_first => (StatusCode::SERVICE_UNAVAILABLE, "later"),
                    _ => (StatusCode::OK, r#"{"errcode":0,"errmsg":"ok"}"#),
                };
                noted.lock().unwrap().push(Got { path, query, authorization: header, body });
                let mut reply = warp::reply::with_status(answer.1, answer.0).into_response();
                let after = retry_after.map(HeaderValue::from_static);
                reply.headers_mut().extend(after.map(|after| (RETRY_AFTER, after)));
                reply
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
