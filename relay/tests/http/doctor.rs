//! What is known of files, and where a missed line went.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use relay::store::{FreeSpace, Piped, SourceOptions, Store, StoreOptions};
use serde_json::{Value, json};

use crate::world::{Relay, config, text, wait_until};

/// A relay that has read the files, given by name and content.
async fn over(files: &[(&str, &[u8])], name: &str) -> (Relay, String) {
    with(files, name, FreeSpace::of_disk(), None).await
}

async fn with(
    files: &[(&str, &[u8])],
    name: &str,
    space: FreeSpace,
    piped: Option<Piped>,
) -> (Relay, String) {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(dir.path().join(name), content).unwrap();
    }
    let folder = dir.path().to_str().unwrap().to_owned();
    let options = StoreOptions::new(dir.path().join("data"));
    let options = StoreOptions { space, ..options };
    let store = Store::open(options).unwrap();
    let paths = vec![format!("{folder}/{name}")];
    store.follow(SourceOptions { paths, piped, ..SourceOptions::default() });
    let relay = Relay::over(config("127.0.0.1:3100", None), store, dir);
    let is_read = async || {
        let known = relay.json("/api/sources").await;
        let (files, missed) = (known["files"].as_array().unwrap(), &known["missed"]);
        let is_read = |file: &Value| file["lag_bytes"] == 0 && file["entries"] != 0;
        (!files.is_empty() || missed != &json!([])) && files.iter().all(is_read)
    };
    wait_until("the files to be read", is_read).await;
    (relay, folder)
}

async fn diagnose(relay: &Relay, ask: &Value) -> Value {
    let request = warp::test::request().method("POST").path("/api/doctor").json(ask);
    let answer = relay.ask(request).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test]
async fn sources_tell_what_was_found_out() {
    let log = b"2024-12-17 14:30:52 INFO one\n2024-12-17 14:30:53 INFO two\n";
    let (relay, folder) = over(&[("app.log", log), ("bare.log", b"no time\n")], "*.log").await;
    let known = relay.json("/api/sources").await;
    let files = known["files"].as_array().unwrap();
    assert_eq!(files.len(), 2);
    for (file, (name, own, guessed)) in files.iter().zip([("app.log", 2, 0), ("bare.log", 0, 1)]) {
        assert_eq!(file["path"], format!("{folder}/{name}"));
        assert_eq!(file["times"]["own"], own, "{file}");
        assert_eq!(file["times"]["arrival"], guessed, "{file}");
        assert!(file["last_read"].is_string(), "{file}");
        assert!(file["entries_per_second"].as_f64().unwrap() > 0.0, "{file}");
        assert!(Path::new(file["path"].as_str().unwrap()).is_absolute());
    }
    let reading = &files[0]["reading"];
    assert_eq!(reading["formats"], json!([{"name": "Python logging", "lines": 2}]));
    assert_eq!((&reading["confidence_percent"], &reading["unzoned"]), (&json!(100), &json!(2)));
    assert_eq!(reading["encoding"], "ASCII");
    assert_ne!(reading["zone"], "");
    let reading = &files[1]["reading"];
    assert_eq!((&reading["confidence_percent"], &reading["plain"]), (&Value::Null, &json!(1)));
    let missed = over(&[], "none*.log").await.0.json("/api/sources").await;
    assert_eq!((&missed["files"], &missed["missed"][0]["code"]), (&json!([]), &json!("no_match")));
}

#[tokio::test]
async fn a_missed_line_is_explained() {
    let ahead = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(8);
    let ahead = ahead.strftime("%Y-%m-%d %H:%M:%S");
    let log = format!(
        "2024-12-17 14:30:52 INFO early \"bird\"\n\
         2024-12-17 14:30:53 ERROR failed\nTraceback (most recent call last):\n  \
         File \"a.py\", line 3, in f\nValueError: odd\n\
         \r 10%|#         | 1/10 [00:01<00:09,  1.00s/it]\
         \r100%|##########| 10/10 [00:10<00:00,  1.00s/it]\n\
         {ahead} INFO from Shanghai\n"
    );
    let (relay, folder) =
        over(&[("app.log", log.as_bytes()), ("x.bin", b"\x7fELF\x02\x01\x01\x03")], "app.log")
            .await;
    std::fs::write(format!("{folder}/app.log.1"), "an old line\n").unwrap();
    let day = ("1734393600000000000", "1734480000000000000");
    let next = ("1734480000000000000", "1734566400000000000");
    for (line, range, query, expected) in [
        ("  early \"bird\"\nmore", day, "", "shown"),
        ("early \"bird\"", next, "", "outside_range"),
        ("early \"bird\"", day, "{job=~\".+\"} |= \"other\"", "filtered"),
        ("ValueError: odd", day, "", "joined"),
        ("1/10 [00:01<00:09,  1.00s/it]", day, "", "progress"),
        ("from Shanghai", day, "", "ahead"),
        ("an old line", day, "", "not_followed"),
        ("never written", day, "", "not_found"),
    ] {
        let ask = json!({"line": line, "start": range.0, "end": range.1, "query": query});
        let said = diagnose(&relay, &ask).await;
        assert_eq!(said["verdict"], expected, "{line}: {said}");
        assert!(!said["checks"].as_array().unwrap().is_empty());
        let Some(link) = said["link"].as_object() else { continue };
        // What it leads to has the line.
        let query: String =
            form_urlencoded::byte_serialize(link["query"].as_str().unwrap().as_bytes()).collect();
        let (start, end) = (link["start"].as_str().unwrap(), link["end"].as_str().unwrap());
        let path = format!("/loki/api/v1/query_range?query={query}&start={start}&end={end}");
        let found = relay.json(&path).await;
        assert_ne!(found["data"]["result"], json!([]), "{line}: {link:?}");
    }
    let empty =
        warp::test::request().method("POST").path("/api/doctor").json(&json!({"line": " "}));
    assert_eq!(relay.ask(empty).await.status(), 400);
}

#[tokio::test]
async fn what_is_not_read_is_told() {
    for (name, content, expected) in [
        ("x.log", &b"\x7fELF\x02\x01\x01\x03\x04"[..], "binary_file"),
        ("other.txt", b"text\n", "no_match"),
    ] {
        let (relay, _) = over(&[(name, content)], "*.log").await;
        let said = diagnose(&relay, &json!({"line": "hello"})).await;
        assert_eq!((&said["verdict"], &said["link"]), (&json!(expected), &Value::Null), "{said}");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[tokio::test]
async fn a_line_is_found_whatever_its_bytes_are() {
    let log = "2024-12-17 14:30:52 INFO 合成完成\n";
    let color = b"2024-12-17 14:30:52 \x1b[32mINFO\x1b[0m all \x1b[1mgreen\x1b[0m\n";
    let docker = br#"{"log":"inside a box\n","stream":"stderr","time":"2024-12-17T14:30:52Z"}
"#;
    let (gbk_log, wide) = (gbk(log), utf16(&log.replace("完成", "结束")));
    let files: [(&str, &[u8]); 4] =
        [("gbk.log", &gbk_log), ("wide.log", &wide), ("color.log", color), ("docker.log", docker)];
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let probe = Arc::clone(&free);
    let space = FreeSpace::new(move |_| Some(probe.load(Ordering::Relaxed)));
    let (relay, folder) = with(&files, "*.log", space, None).await;
    std::fs::write(format!("{folder}/gbk.log.2.gz"), gzip("packed 行\nan older line\n")).unwrap();
    // From now on nothing is read.
    free.store(0, Ordering::Relaxed);
    wait_until("the stop", async || {
        relay.json("/api/status").await["problems"][0]["code"] == "disk_full"
    })
    .await;
    let append = |name: &str, bytes: &[u8]| {
        let path = format!("{folder}/{name}");
        let mut file = std::fs::File::options().append(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
    };
    append("gbk.log", &gbk("最新的一行：显存不足\n"));
    append("wide.log", &utf16("又一行 later\n"));
    for (line, verdict, part) in [
        ("INFO 合成完成", "shown", "gbk.log"),
        ("INFO 合成结束", "shown", "wide.log"),
        ("14:30:52 INFO all green", "shown", "color.log"),
        (r#"{"log":"inside a box\n","stream":"stderr""#, "shown", "docker.log"),
        ("显存不足", "not_read_yet", "disk"),
        ("又一行 later", "not_read_yet", "disk"),
        ("older line", "not_followed", "packed before it was followed: add it with logpane"),
        ("packed 行", "not_followed", "gbk.log.2.gz"),
    ] {
        let said = diagnose(&relay, &json!({"line": line})).await;
        assert_eq!(said["verdict"], verdict, "{line}: {said}");
        let told = format!("{} {}", said["message"], said["link"]["query"]);
        assert!(told.contains(part), "{line}: {said}");
    }
}

#[tokio::test]
async fn what_stages_dropped_is_theirs() {
    let file = promtail::config::read(
        "scrape_configs:\n- job_name: tts\n  pipeline_stages: [{drop: {expression: secret}}]\n",
    );
    let piped = Piped {
        job: "tts".to_owned(),
        stages: Arc::new(file.jobs[0].pipeline_stages.clone()),
        ..Piped::default()
    };
    let log: &[u8] = b"a secret\nan open word\n";
    let (relay, _) = with(&[("a.log", log)], "a.log", FreeSpace::of_disk(), Some(piped)).await;
    for (line, verdict) in [("a secret", "stages"), ("an open word", "shown")] {
        let said = diagnose(&relay, &json!({"line": line})).await;
        assert_eq!(said["verdict"], verdict, "{said}");
    }
}
