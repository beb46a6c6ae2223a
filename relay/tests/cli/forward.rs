//! Sending on what comes in, to another relay and to something that is unwell.

use std::fs;
use std::io::Write as _;

use serde_json::Value;

use crate::program::{Program, logpane, wait_until};
use crate::sink::Sink;

/// `time line` of all entries of a relay, in order.
fn entries(relay: &Program, query: &str) -> Vec<String> {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let path = format!(
        "/loki/api/v1/query_range?query={query}&limit=5000&direction=forward&start=1&end=4000000000000000000"
    );
    let answer = relay.json(&path);
    let streams = answer["data"]["result"].as_array().unwrap().clone();
    let mut found: Vec<String> = streams
        .iter()
        .flat_map(|stream| stream["values"].as_array().unwrap())
        .map(|value| format!("{} {}", value[0].as_str().unwrap(), value[1].as_str().unwrap()))
        .collect();
    found.sort();
    found
}

/// What the status says of the only destination.
fn standing(relay: &Program) -> Value {
    relay.json("/api/status")["forwards"][0].clone()
}

#[test]
fn another_relay_gets_every_entry_once_over_restarts_of_both() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("app.log");
    let (here, there) = (dir.path().join("here"), dir.path().join("there"));
    fs::write(&log, "2024-12-17 14:30:52 INFO from before\n").unwrap();
    let append = |text: &str| {
        fs::OpenOptions::new().append(true).open(&log).unwrap().write_all(text.as_bytes()).unwrap();
    };

    let mut other = Program::serve(&there, &[]);
    let address = other.url.trim_start_matches("http://").to_owned();
    let args = ["--forward", other.url.as_str(), log.to_str().unwrap()].map(str::to_owned);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let relay = Program::serve(&here, &args);
    append(
        "2024-12-17 14:30:53 ERROR it broke\nTraceback (most recent call last):\n  File \"a.py\"\nValueError: x\n",
    );
    let all = r#"{job="app"}"#;
    wait_until("what came is sent", || {
        let there = entries(&other, all);
        there.iter().any(|entry| entry.ends_with("ValueError: x")) && there == entries(&relay, all)
    });
    // Many machines are localhost; the other side can tell them apart.
    let instances = other.json("/loki/api/v1/label/instance/values")["data"].clone();
    assert_ne!(instances, serde_json::json!(["localhost"]));

    // Nobody is there for a while.
    other.signal("-TERM");
    other.wait();
    append("2024-12-17 14:30:54 INFO while nobody listens\n");
    wait_until("it is said that nobody takes it", || {
        let status = relay.json("/api/status");
        let mut problems = status["problems"].as_array().unwrap().iter();
        problems.any(|problem| problem["code"] == "forward" && problem["severity"] == "warning")
    });
    relay.signal("-KILL");
    relay.wait();
    other = Program::start(logpane().args(["serve", "--listen", &address, "--data"]).arg(&there));
    let relay = Program::serve(&here, &args);
    append("2024-12-17 14:30:55 INFO at last\n");
    wait_until("the rest is sent", || {
        let there = entries(&other, all);
        there.iter().any(|entry| entry.ends_with("at last")) && there == entries(&relay, all)
    });
    wait_until("nothing waits", || standing(&relay)["waiting"] == 0);
    assert_eq!(standing(&relay)["error"], Value::Null);
}

#[test]
fn what_is_refused_is_counted_and_what_is_late_comes_again() {
    let dir = tempfile::tempdir().unwrap();
    let sink = Sink::start();
    let (log, config) = (dir.path().join("app.log"), dir.path().join("logpane.yaml"));
    fs::write(&log, "2024-12-17 14:30:52 INFO one\n2024-12-17 14:30:53 DEBUG two\n").unwrap();
    let login = sink.url.replace("http://", "http://ann:pw@");
    fs::write(
        &config,
        format!(
            "forward:\n- {{url: '{login}/fail/push', name: late, tenant: t1, labels: {{site: a}}}}\n\
             - {{url: '{url}/wrong/push', name: wrong, selector: '{{level=\"info\"}}'}}\n\
             sources: [{{paths: {log}}}]\n",
            url = sink.url,
            log = log.display()
        ),
    )
    .unwrap();
    let args = ["-c", config.to_str().unwrap()];
    let relay = Program::serve(&dir.path().join("data"), &args);
    let of = |name: &str| {
        let forwards = relay.json("/api/status")["forwards"].as_array().unwrap().clone();
        forwards.into_iter().find(|forward| forward["name"] == name).unwrap()
    };
    wait_until("the second try is taken", || of("late")["sent"] == 2);
    wait_until("the refusal is counted", || of("wrong")["refused"] == 1);
    let tries = sink.at("/fail/push");
    assert_eq!(tries.len(), 2);
    assert_eq!(tries[0].body, tries[1].body);
    assert_eq!(tries[1].authorization.as_deref(), Some("Basic YW5uOnB3"));
    let streams = tries[1].body["streams"].as_array().unwrap();
    let mut levels: Vec<&str> =
        streams.iter().map(|stream| stream["stream"]["level"].as_str().unwrap()).collect();
    levels.sort_unstable();
    assert_eq!(levels, ["debug", "info"]);
    assert!(streams.iter().all(|stream| stream["stream"]["site"] == "a"));
    let wrong = &sink.at("/wrong/push")[0].body["streams"];
    assert_eq!(wrong[0]["values"][0][1], "2024-12-17 14:30:52 INFO one");
    assert_eq!(wrong.as_array().unwrap().len(), 1);
    // The password is nowhere to be read.
    assert!(!relay.get("/api/status").contains("pw@"));
    let problems = relay.json("/api/status")["problems"].to_string();
    assert!(problems.contains("did not take 1 entries"), "{problems}");
}
