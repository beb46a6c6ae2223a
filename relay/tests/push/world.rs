use bytes::Bytes;
use clap::Parser as _;
use model::{Batch, Entry, TimeRange};
use relay::cli::Cli;
use relay::http::{App, routes};
use relay::store::{Store, StoreOptions};
use tokio::sync::watch;
use warp::filters::BoxedFilter;
use warp::http::Response;

/// A relay without a socket.
pub struct Relay {
    routes: BoxedFilter<(warp::reply::Response,)>,
    pub store: Store,
    _stop: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

/// An entry as it is kept: its labels as text, its metadata by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    pub labels: String,
    pub timestamp: i64,
    pub line: String,
    pub metadata: Vec<(String, String)>,
}

pub fn kept(labels: &str, timestamp: i64, line: &str, metadata: &[(&str, &str)]) -> Kept {
    let metadata = metadata.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Kept { labels: labels.to_owned(), timestamp, line: line.to_owned(), metadata }
}

impl Relay {
    pub fn start() -> Self {
        Self::with(5000, &[])
    }

    pub fn with_streams(max_streams: usize) -> Self {
        Self::with(max_streams, &[])
    }

    /// As started with these flags.
    pub fn with(max_streams: usize, flags: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = StoreOptions { max_streams, ..StoreOptions::new(dir.path().join("data")) };
        let store = Store::open(options).unwrap();
        let (stop, stopping) = watch::channel(false);
        let words = ["logpane"].iter().chain(flags);
        let raw = Cli::try_parse_from(words).unwrap().open.raw;
        let app = App::new(raw.check().unwrap(), String::new(), stopping);
        app.set_store(store.clone());
        Self { routes: routes(&app), store, _stop: stop, _dir: dir }
    }

    pub async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Response<Bytes> {
        let request = warp::test::request().method("POST").path(path);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(body).reply(&self.routes).await
    }

    /// Everything that is kept, by stream, time and arrival.
    pub fn kept(&self) -> Vec<Kept> {
        let everything = [model::Matcher::new("no", model::MatchOp::Equal, "").unwrap()];
        let index = self.store.index(&everything, TimeRange::ALL, &[], model::Columns::ALL);
        let mut entries: Vec<(String, Entry)> = Vec::new();
        for head in &index.heads {
            let batch: Batch = self.store.read_head(head).unwrap();
            let labels = index.streams[head.stream].to_string();
            entries.extend((0..batch.len()).map(|row| (labels.clone(), batch.entry(row))));
        }
        entries.sort_by(|a, b| {
            (&a.0, a.1.timestamp, a.1.arrival).cmp(&(&b.0, b.1.timestamp, b.1.arrival))
        });
        let kept = entries.into_iter().map(|(labels, entry)| Kept {
            labels,
            timestamp: entry.timestamp,
            line: String::from_utf8_lossy(&entry.line).into_owned(),
            metadata: entry.metadata,
        });
        kept.collect()
    }

    /// The value of a line of `/metrics`.
    pub async fn metric(&self, name: &str) -> u64 {
        let response = warp::test::request().path("/metrics").reply(&self.routes).await;
        let text = text(&response);
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.trim().parse().unwrap_or_else(|_| panic!("{name} is not in:\n{text}"))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.store.shutdown();
    }
}

pub fn text(response: &Response<Bytes>) -> String {
    String::from_utf8_lossy(response.body()).into_owned()
}

pub fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

pub fn gzip(body: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

pub fn snappy(body: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(body).unwrap()
}

pub fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::encode_all(body, 3).unwrap()
}
