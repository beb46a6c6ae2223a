//! What an answer misses is said in it, whatever was asked.

use std::fs;

use model::{Entry, Labels};
use relay::config::Config;
use relay::store::{Store, StoreOptions};
use serde_json::Value;

use super::world::{BASE, Relay, SECOND, config, range, text, wait_until};

const DAMAGED: &str = "is damaged and left out";

/// Of all that was kept, one chunk is damaged so that nobody knows what it held.
fn damaged() -> Relay {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    Store::open(StoreOptions::new(&data)).unwrap().shutdown();
    fs::write(data.join("chunks").join(format!("{}.chunk", "ab".repeat(32))), "no chunk").unwrap();
    let store = Store::open(StoreOptions::new(&data)).unwrap();
    let line = |n: i64| Entry {
        timestamp: BASE + n * SECOND,
        line: format!("n={n}").into_bytes(),
        ..Entry::default()
    };
    store.push(vec![(Labels::from([("job", "a")]), (0..5).map(line).collect())]).unwrap();
    Relay::over(config("127.0.0.1:3100", None), store, dir)
}

#[tokio::test]
async fn every_answer_says_what_it_may_miss() {
    let relay = damaged();
    for (path, at) in [
        ("/loki/api/v1/query_range?", "/warnings/0"),
        ("/loki/api/v1/labels?", "/warnings/0"),
        ("/loki/api/v1/label/job/values?", "/warnings/0"),
        ("/loki/api/v1/series?match[]=%7Bjob%3D%22a%22%7D&", "/warnings/0"),
        ("/loki/api/v1/index/stats?", "/warnings/0"),
        ("/loki/api/v1/index/volume?", "/warnings/0"),
        ("/loki/api/v1/index/volume_range?", "/warnings/0"),
        ("/loki/api/v1/detected_labels?", "/warnings/0"),
        ("/loki/api/v1/detected_fields?", "/warnings/0"),
        ("/loki/api/v1/detected_field/n/values?", "/warnings/0"),
        ("/loki/api/v1/patterns?", "/warnings/0"),
        ("/api/prom/query?", "/warnings/0"),
        ("/api/prom/label?", "/warnings/0"),
        ("/api/prom/label/job/values?", "/warnings/0"),
    ] {
        let path = format!("{path}query=%7Bjob%3D%22a%22%7D&{}", range(0, 60));
        let answer = relay.json(&path).await;
        let said = answer.pointer(at).and_then(Value::as_str).unwrap_or_default();
        assert!(said.contains(DAMAGED), "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_tail_says_it_once_of_the_past() {
    let relay = damaged();
    for path in ["/loki/api/v1/tail", "/api/prom/tail"] {
        let path = format!("{path}?query=%7Bjob%3D%22a%22%7D&start={BASE}&limit=2");
        let mut socket =
            warp::test::ws().path(&path).handshake(relay.routes.clone()).await.unwrap();
        let mut next = async || -> Value {
            loop {
                let message = socket.recv().await.unwrap();
                let Ok(text) = message.to_str() else { continue };
                return serde_json::from_str(text).unwrap();
            }
        };
        let first = next().await;
        assert!(first["warnings"][0].as_str().unwrap().contains(DAMAGED), "{first}");
        let fresh = Entry { timestamp: BASE, line: path.clone().into(), ..Entry::default() };
        relay.store.push(vec![(Labels::from([("job", "a")]), vec![fresh])]).unwrap();
        assert_eq!(next().await["warnings"], Value::Null);
    }
}

#[tokio::test]
async fn only_so_many_tails_are_open_at_once() {
    let mut few = config("127.0.0.1:3100", None);
    few.limits.max_tails = 1;
    let relay = Relay::with(few);
    let open = || {
        let path = "/loki/api/v1/tail?query=%7Bjob%3D%22a%22%7D";
        warp::test::ws().path(path).handshake(relay.routes.clone())
    };
    let first = open().await.unwrap();
    assert!(open().await.is_err(), "there is one already");
    drop(first);
    wait_until("room for the next", async || open().await.is_ok()).await;
}

/// Lines so long that few fit into an answer.
fn heavy(num: i64, line_bytes: usize, max_row_bytes: usize) -> Relay {
    let mut narrow: Config = config("127.0.0.1:3100", None);
    narrow.limits.engine.max_row_bytes = max_row_bytes;
    let relay = Relay::with(narrow);
    let line = |n: i64| Entry {
        timestamp: BASE + n * SECOND,
        line: format!("n {}", "x".repeat(line_bytes)).into_bytes(),
        ..Entry::default()
    };
    relay.store.push(vec![(Labels::from([("job", "a")]), (0..num).map(line).collect())]).unwrap();
    relay
}

#[tokio::test]
async fn what_is_read_in_pages_keeps_to_the_limit_of_an_answer() {
    // 3,000 lines of 2 KB, of which 2 MB may be held.
    let relay = heavy(3000, 2000, 2 << 20);
    let ask = |endpoint: &str, more: &str| {
        let query = "query=%7Bjob%3D%22a%22%7D";
        format!("/loki/api/v1/{endpoint}?{query}&{}&limit=2000&{more}", range(0, 3600))
    };
    let patterns = relay.json(&ask("patterns", "step=3600")).await;
    let samples = patterns["data"][0]["samples"].as_array().unwrap();
    let lines: u64 = samples.iter().map(|sample| sample[1].as_u64().unwrap()).sum();
    assert_eq!(lines, 3000, "{patterns}");
    let thin = relay.json(&ask("query_range", "interval=10")).await;
    assert_eq!(thin["data"]["result"][0]["values"].as_array().unwrap().len(), 300);
    // Of those that are kept there are too many.
    let refused = relay.get(&ask("query_range", "interval=1")).await;
    assert_eq!(refused.status(), 400);
    assert!(text(&refused).contains("take more than 2 MiB"), "{}", text(&refused));
}
