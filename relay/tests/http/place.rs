//! Which bytes of which file an entry is.

use std::fs;

use relay::store::{SourceOptions, Store, StoreOptions};
use serde_json::{Value, json};

use super::world::{BASE, Relay, config, wait_until};

const LINES: &str = "2024-12-17 14:30:00 INFO one\n2024-12-17 14:30:01 INFO two\n";
const STREAM: &str = "%7Bjob%3D%22tts%22%7D";

#[tokio::test]
async fn an_entry_leads_to_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (path, rotated) = (dir.path().join("a.log"), dir.path().join("a.log.1"));
    fs::write(&path, LINES).unwrap();
    let store = Store::open(StoreOptions::new(dir.path().join("data"))).unwrap();
    let paths = vec![path.to_str().unwrap().to_owned()];
    let job = Some("tts".to_owned());
    store.follow(SourceOptions { paths, job, ..SourceOptions::default() });
    let relay = Relay::over(config("127.0.0.1:3100", None), store, dir);
    wait_until("both lines", async || relay.store.status().entries == 2).await;

    // The field of `logpane query -o jsonl`.
    let url =
        format!("/loki/api/v1/query_range?query={STREAM}&start={}&limit=1", BASE - BASE / 100);
    let asked = warp::test::request()
        .path(&url)
        .header("x-loki-response-encoding-flags", "logpane-details");
    let answer: Value = serde_json::from_slice(relay.ask(asked).await.body()).unwrap();
    let stream = &answer["data"]["result"][0];
    let value = &stream["values"][0];
    let file = &value[2]["file"];
    assert_eq!(
        (&file["path"], &file["offset"], &file["length"]),
        (&json!(path.to_str().unwrap()), &json!(29), &json!(28)),
        "{answer}"
    );

    let labels = stream["stream"].as_object().unwrap().iter();
    let selector: Vec<String> = labels.map(|(name, value)| format!("{name}={value}")).collect();
    let pairs = [
        ("match", format!("{{{}}}", selector.join(","))),
        ("ts", value[0].as_str().unwrap().to_owned()),
        ("arrival", value[2]["arrival"].as_str().unwrap().to_owned()),
    ];
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let url = format!("/api/place?{form}");
    let place = relay.json(&url).await;
    assert_eq!(place["now"], json!(path.to_str().unwrap()), "{place}");
    fs::rename(&path, &rotated).unwrap();
    assert_eq!(relay.json(&url).await["now"], json!(rotated.to_str().unwrap()));
    fs::remove_file(&rotated).unwrap();
    let gone = relay.json(&url).await;
    assert_eq!((gone.get("now"), &gone["path"]), (None, &json!(path.to_str().unwrap())));
}

#[tokio::test]
async fn what_was_pushed_leads_nowhere() {
    let relay = Relay::filled();
    for (form, status) in [
        ("match=%7Bjob%3D%22a%22%7D&ts=1734445800000000000&arrival=0", 404),
        ("match=%7Bjob%3D%22no%22%7D&ts=0&arrival=0", 404),
        ("match=%7Bjob%3D~%22a%22%7D&ts=0&arrival=0", 400),
        ("match=%7Bjob%3D%22a%22%7D&ts=x&arrival=0", 400),
    ] {
        let response = relay.get(&format!("/api/place?{form}")).await;
        assert_eq!(response.status(), status, "{form}");
    }
}
