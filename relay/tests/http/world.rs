use bytes::Bytes;
use model::{Entry, Labels};
use relay::config::Config;
use relay::http::{App, routes};
use relay::store::{Store, StoreOptions};
use serde_json::Value;
use tokio::sync::watch;
use warp::filters::BoxedFilter;
use warp::http::Response;

pub const BASE: i64 = 1_734_445_800_000_000_000;
pub const SECOND: i64 = 1_000_000_000;
pub const KEY: &str = "0123456789abcdef";

/// A relay without a socket, on its own data folder.
pub struct Relay {
    pub routes: BoxedFilter<(warp::reply::Response,)>,
    pub store: Store,
    stop: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

pub fn config(listen: &str, passwords: Option<&str>) -> Config {
    let dir = tempfile::tempdir().unwrap();
    let file = passwords.map(|text| {
        let path = dir.path().join("users");
        std::fs::write(&path, text).unwrap();
        relay::auth::Passwords::read(&path).unwrap()
    });
    Config { passwords: file, ..Config::new(listen.parse().unwrap(), "unused") }
}

impl Relay {
    pub fn start() -> Self {
        Self::with(config("127.0.0.1:3100", None))
    }

    pub fn with(config: Config) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(StoreOptions::new(dir.path().join("data"))).unwrap();
        Self::over(config, store, dir)
    }

    /// Over a store in a folder that goes with it.
    pub fn over(config: Config, store: Store, dir: tempfile::TempDir) -> Self {
        let (stop, stopping) = watch::channel(false);
        let app = App::new(config, KEY.to_owned(), stopping);
        app.set_store(store.clone());
        Self { routes: routes(&app), store, stop, _dir: dir }
    }

    /// Ten entries a second apart, `n=0` to `n=9`, in two streams.
    pub fn filled() -> Self {
        let relay = Self::start();
        let entry = |n: i64| Entry {
            timestamp: BASE + n * SECOND,
            line: format!("n={n}").into_bytes(),
            ..Entry::default()
        };
        let stream = |job: &str, n: std::ops::Range<i64>| {
            (Labels::from([("job", job)]), n.map(entry).collect::<Vec<_>>())
        };
        relay.store.push(vec![stream("a", 0..5), stream("b", 5..10)]).unwrap();
        relay
    }

    pub async fn ask(&self, request: warp::test::RequestBuilder) -> Response<Bytes> {
        request.reply(&self.routes).await
    }

    pub async fn get(&self, path: &str) -> Response<Bytes> {
        self.ask(warp::test::request().path(path)).await
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}: {}", text(&response));
        serde_json::from_slice(response.body()).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.send(true).ok();
        self.store.shutdown();
    }
}

pub fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

pub fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// A time range as parameters.
pub fn range(from: i64, to: i64) -> String {
    format!("start={}&end={}", BASE + from * SECOND, BASE + to * SECOND)
}

/// Waits for a condition; a test that never ends is ended by its runner.
pub async fn wait_until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if condition().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}
