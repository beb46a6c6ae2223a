//! From a file on disk to a client of the HTTP API, with nothing but the file being touched.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::status::{Progress, Status};
use protocol::tail::TailFrame;
use relay::config::Config;
use relay::http::{App, routes};
use relay::store::{SourceOptions, Store, StoreOptions};
use tokio::sync::watch;
use warp::filters::BoxedFilter;
use warp::test::WsClient;

const SELECTOR: &str = "%7Bfilename%3D~%22.%2B%22%7D";
/// Not a bound to keep: a test that waits in vain has to end.
const FOR_EVER: Duration = Duration::from_secs(30);

/// What is done to the files, and the lines that must come from it.
type Step = (&'static str, fn(&Path), &'static [&'static str]);

const STEPS: [Step; 6] = [
    ("append", |logs| append(&logs.join("app.log"), "appended\n"), &["appended"]),
    (
        "rename: the old file and the new one",
        |logs| {
            fs::rename(logs.join("app.log"), logs.join("app.log.1")).unwrap();
            append(&logs.join("app.log.1"), "last of the old\n");
            append(&logs.join("app.log"), "first of the new\n");
        },
        &["last of the old", "first of the new"],
    ),
    (
        "truncate",
        |logs| {
            let file = File::options().write(true).open(logs.join("app.log")).unwrap();
            file.set_len(0).unwrap();
            append(&logs.join("app.log"), "anew\n");
        },
        &["anew"],
    ),
    ("new file", |logs| append(&logs.join("other.log"), "of another\n"), &["of another"]),
    (
        "new folder",
        |logs| {
            fs::create_dir(logs.join("sub")).unwrap();
            append(&logs.join("sub/deep.log"), "from below\n");
        },
        &["from below"],
    ),
    (
        "delete and write again",
        |logs| {
            fs::remove_file(logs.join("other.log")).unwrap();
            append(&logs.join("other.log"), "back again\n");
        },
        &["back again"],
    ),
];

#[tokio::test]
async fn a_line_reaches_clients_whatever_became_of_its_file() {
    let relay = Relay::start();
    // Before anything is followed, so that nothing is said before it listens.
    let mut tail = relay.tail().await;
    append(&relay.logs().join("app.log"), "there before\n");
    let paths = vec![relay.logs().join("**/*.log").to_str().unwrap().to_owned()];
    relay.store.follow(SourceOptions { paths, ..SourceOptions::default() });
    let mut expected = BTreeSet::from(["there before".to_owned()]);
    hear(&mut tail, "what was there", &expected).await;
    for (what, act, lines) in STEPS {
        act(&relay.logs());
        let fresh: BTreeSet<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        hear(&mut tail, what, &fresh).await;
        expected.extend(fresh);
        // What a tail has told, a query finds, each once.
        let found = relay.query().await;
        assert_eq!(found.len(), expected.len(), "{what}: {found:?}");
        assert_eq!(BTreeSet::from_iter(found), expected, "{what}");
    }
}

#[tokio::test]
async fn a_file_in_utf16_is_followed() {
    let relay = Relay::start();
    let mut tail = relay.tail().await;
    let paths = vec![relay.logs().to_str().unwrap().to_owned()];
    relay.store.follow(SourceOptions { paths, ..SourceOptions::default() });
    // As PowerShell's `>>` writes it, without a mark; the second write ends inside a character, and
    // half of 上 is what a line end is elsewhere.
    let bytes: Vec<u8> =
        "one\r\n今天上不下\r\nthree\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (first, rest) = bytes.split_at(10);
    let (second, third) = rest.split_at(7);
    for (piece, lines) in [(first, &["one"][..]), (second, &[]), (third, &["今天上不下", "three"])]
    {
        let mut file =
            File::options().append(true).create(true).open(relay.logs().join("w.log")).unwrap();
        file.write_all(piece).unwrap();
        hear(&mut tail, "UTF-16", &lines.iter().map(|line| (*line).to_owned()).collect()).await;
    }
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let relay = Relay::start();
    append(&relay.logs().join("app.log"), "one\ntwo\n");
    append(&relay.logs().join("app.log"), "three\n");
    let paths = vec![relay.logs().to_str().unwrap().to_owned()];
    relay.store.follow(SourceOptions { paths, ..SourceOptions::default() });
    let wait = async {
        while relay.store.figures().read_entries < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(FOR_EVER, wait).await.unwrap();
    let text = relay.get("/metrics").await;
    let file = relay.logs().join("app.log");
    for expected in [
        "logpane_entries 3".to_owned(),
        "logpane_read_entries_total 3".to_owned(),
        "logpane_read_bytes_total 14".to_owned(),
        "logpane_invalid_bytes_total 0".to_owned(),
        "logpane_lost_bytes_total 0".to_owned(),
        "logpane_chunks 0".to_owned(),
        "logpane_lag_bytes 0".to_owned(),
        format!("logpane_file_lag_bytes{{filename=\"{}\"}} 0", file.display()),
    ] {
        assert!(text.lines().any(|line| line == expected), "{expected} in\n{text}");
    }
}

#[tokio::test]
async fn a_bar_is_told_while_it_runs_and_kept_as_one_entry() {
    let relay = Relay::start();
    let file = relay.logs().join("app.log");
    append(&file, "a request\n");
    let paths = vec![relay.logs().to_str().unwrap().to_owned()];
    relay.store.follow(SourceOptions { paths, ..SourceOptions::default() });
    let frame = |n: u32| format!("\r{:3}%|██  | {n}/200 [00:{:02}<00:09,  9.5it/s]", n / 2, n / 10);
    // A frame is a line that does not end.
    append(&file, &frame(1));
    let first = relay.progress(1.0).await;
    assert_eq!((first.total, first.unit.as_deref()), (200.0, Some("it")));
    assert_eq!((first.rate.as_deref(), first.eta.as_deref()), (Some("9.5it/s"), Some("00:09")));
    for n in 2..=120 {
        append(&file, &frame(n));
    }
    let standing = relay.progress(120.0).await;
    assert!(standing.seen > first.seen);
    assert_eq!(relay.query().await.len(), 1, "frames are no entries");
    // The bar stands still while something else is written: that it came long ago is to be seen.
    append(&file, "another thread\n");
    while relay.query().await.len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(relay.progress(120.0).await.seen, standing.seen);
    append(&file, &format!("{}\n", frame(200)));
    let ended = async {
        while relay.status().await.sources.iter().any(|source| source.progress.is_some()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(FOR_EVER, ended).await.unwrap();
    let lines = relay.query().await;
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("100%")), "{lines:?}");
}

/// Waits for the tail to say these lines and no others.
async fn hear(tail: &mut WsClient, what: &str, expected: &BTreeSet<String>) {
    let mut heard = BTreeSet::new();
    let listen = async {
        while heard.len() < expected.len() {
            let message = tail.recv().await.unwrap();
            let Ok(text) = message.to_str() else { continue };
            let frame: TailFrame = serde_json::from_str(text).unwrap();
            let entries = frame.streams.into_iter().flat_map(|stream| stream.entries);
            heard.extend(entries.map(|entry| entry.line));
        }
    };
    let is_over = tokio::time::timeout(FOR_EVER, listen).await.is_err();
    assert!(!is_over, "{what}: waited in vain, heard {heard:?}");
    assert_eq!(&heard, expected, "{what}");
}

fn append(path: &Path, text: &str) {
    let mut file = File::options().append(true).create(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// A relay without a socket, on its own folders.
struct Relay {
    routes: BoxedFilter<(warp::reply::Response,)>,
    store: Store,
    stop: watch::Sender<bool>,
    dir: tempfile::TempDir,
}

impl Relay {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("logs")).unwrap();
        let store = Store::open(StoreOptions::new(dir.path().join("data"))).unwrap();
        let (stop, stopping) = watch::channel(false);
        let config = Config::new("127.0.0.1:3100".parse().unwrap(), "unused");
        let app = App::new(config, "0123456789abcdef".to_owned(), stopping);
        app.set_store(store.clone());
        Self { routes: routes(&app), store, stop, dir }
    }

    fn logs(&self) -> PathBuf {
        self.dir.path().join("logs")
    }

    /// What is said from now on.
    async fn tail(&self) -> WsClient {
        let path = format!("/api/tail?match={SELECTOR}");
        warp::test::ws().path(&path).handshake(self.routes.clone()).await.unwrap()
    }

    async fn get(&self, path: &str) -> String {
        let response = warp::test::request().path(path).reply(&self.routes).await;
        assert_eq!(response.status(), 200, "{path}");
        String::from_utf8_lossy(response.body()).into_owned()
    }

    async fn status(&self) -> Status {
        serde_json::from_str(&self.get("/api/status").await).unwrap()
    }

    /// The bar of the only file, once it has come so far.
    async fn progress(&self, done: f64) -> Progress {
        let reached = async {
            loop {
                let status = self.status().await;
                let bar = status.sources.into_iter().find_map(|source| source.progress);
                if let Some(bar) = bar.filter(|bar| bar.done >= done) {
                    return bar;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(FOR_EVER, reached).await.unwrap()
    }

    /// All lines, by Loki's API.
    async fn query(&self) -> Vec<String> {
        let path = format!("/loki/api/v1/query_range?query={SELECTOR}&since=24h&limit=1000");
        let answer: serde_json::Value = serde_json::from_str(&self.get(&path).await).unwrap();
        let streams = answer["data"]["result"].as_array().unwrap();
        let values = streams.iter().flat_map(|stream| stream["values"].as_array().unwrap());
        values.map(|value| value[1].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.send(true).ok();
        self.store.shutdown();
    }
}
