use std::fs;
use std::io::Write as _;

use crate::program::{Program, wait_until};
use crate::{NO_LIMIT, lines};

const MANY: usize = 10_000;

#[test]
fn ten_thousand_files_are_followed() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("many");
    fs::create_dir(&logs).unwrap();
    let path = |n: usize| logs.join(format!("worker-{n}.log"));
    for n in 0..MANY {
        fs::write(path(n), format!("2024-12-17 14:30:52 INFO first of {n}\n")).unwrap();
    }
    let glob = logs.join("*.log");
    let args =
        [&NO_LIMIT[..], &["--job", "many", "--max-streams", "50000", glob.to_str().unwrap()]];
    let relay = Program::serve(&dir.path().join("data"), &args.concat());
    relay.wait_for_entries(MANY as u64);
    let sources = relay.json("/api/sources");
    assert_eq!(sources["files"].as_array().unwrap().len(), MANY);
    // Whichever grows is noticed.
    for n in [0, 4_999, 9_999] {
        let mut file = fs::OpenOptions::new().append(true).open(path(n)).unwrap();
        writeln!(file, "2024-12-17 14:30:53 ERROR second of {n}").unwrap();
    }
    relay.wait_for_entries(MANY as u64 + 3);
    let mut errors = lines(&relay, r#"{job="many", level="error"}"#);
    errors.sort();
    let expected = [0, 4_999, 9_999].map(|n| format!("2024-12-17 14:30:53 ERROR second of {n}"));
    assert_eq!(errors, expected);
    // And all of it is there again after a restart.
    relay.signal("-KILL");
    relay.wait();
    let relay = Program::serve(&dir.path().join("data"), &args.concat());
    relay.wait_for_entries(MANY as u64 + 3);
    wait_until("all files are known", || {
        let status = relay.json("/api/status");
        let sources = status["sources"].as_array().unwrap();
        sources.len() == MANY && sources.iter().all(|source| source["offset"] == source["size"])
    });
    assert_eq!(relay.json("/api/status")["entries"], MANY as u64 + 3);
}

#[test]
fn ten_thousand_streams_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let args = [&NO_LIMIT[..], &["--max-streams", "20000"]].concat();
    let relay = Program::serve(&dir.path().join("data"), &args);
    let now = jiff::Timestamp::now().as_nanosecond();
    for part in (0..MANY).collect::<Vec<_>>().chunks(1_000) {
        let streams: Vec<serde_json::Value> = part
            .iter()
            .map(|n| {
                let labels = serde_json::json!({ "job": "pushed", "user": n.to_string() });
                serde_json::json!({ "stream": labels, "values": [[now.to_string(), "x"]] })
            })
            .collect();
        let body = serde_json::json!({ "streams": streams }).to_string();
        let answer = ureq::post(format!("{}/loki/api/v1/push", relay.url))
            .header("content-type", "application/json")
            .send(body)
            .unwrap();
        assert_eq!(answer.status(), 204);
    }
    assert_eq!(relay.json("/api/status")["streams"], MANY);
    assert_eq!(lines(&relay, r#"{user=~"1234|9999"}"#), ["x", "x"]);
    relay.signal("-KILL");
    relay.wait();
    let relay = Program::serve(&dir.path().join("data"), &args);
    relay.wait_for_entries(MANY as u64);
    assert_eq!(lines(&relay, r#"{job="pushed"}"#).len(), MANY);
}
