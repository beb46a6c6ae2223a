//! Real clients push, and the lines come back by query with their labels, levels and metadata.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Client, Relay};

/// When a line is written, where in its script, and when it was seen: different every time.
const FLEETING: [&str; 4] =
    ["observed_timestamp", "code_file_path", "code_line_number", "code_function_name"];

struct World {
    relay: Relay,
    _dir: TempDir,
}

impl World {
    fn start() -> Result<Self> {
        let dir = TempDir::new()?;
        let relay = Relay::start(&dir.path().join("data"), &[])?;
        Ok(Self { relay, _dir: dir })
    }

    /// What `logpane query` finds of all times, as (labels and metadata, line), in order.
    fn found(&self, query: &str) -> Result<Vec<(Value, String)>> {
        let range = ["--from", "2026-11-20T00:00:00Z", "--to", "now", "--limit", "1000"];
        let answer = self.relay.query(&[&[query], &range[..], &["-o", "json"]].concat())?;
        let body = answer.json()?;
        let mut found = Vec::new();
        for stream in body["data"]["result"].as_array().context("no result")? {
            for value in stream["values"].as_array().context("no values")? {
                let line = value[1].as_str().context("no line")?;
                found.push((stream["stream"].clone(), line.to_owned()));
            }
        }
        found.sort_by(|a, b| (&a.1, a.0.to_string()).cmp(&(&b.1, b.0.to_string())));
        Ok(found)
    }
}

fn expected<const N: usize>(entries: [(Value, &str); N]) -> Vec<(Value, String)> {
    let mut entries: Vec<_> =
        entries.into_iter().map(|(labels, line)| (labels, line.to_owned())).collect();
    entries.sort_by(|a, b| (&a.1, a.0.to_string()).cmp(&(&b.1, b.0.to_string())));
    entries
}

#[test]
fn python_logging_loki() -> Result<()> {
    let world = World::start()?;
    Client::Python("push_logging.py").run(&[&world.relay.url])?;
    let labels = |logger: &str, severity: &str| json!({"application": "tts", "logger": logger, "severity": severity});
    let mut warning = labels("default", "warning");
    warning["gpu_id"] = "1".into();
    assert_eq!(
        world.found(r#"{application="tts"}"#)?,
        expected([
            (labels("default", "error"), "out of memory: 你好"),
            (warning, "a \"quoted\" line\nand a second one"),
            (labels("zero", "info"), "old body, new path"),
            (labels("one", "critical"), "new body"),
        ])
    );
    Ok(())
}

#[test]
fn pino_loki() -> Result<()> {
    let world = World::start()?;
    Client::Node("push_pino.cjs").run(&[&world.relay.url])?;
    let labels = |level: &str| json!({"application": "tts", "hostname": "gpu-1", "level": level});
    let mut spoken = labels("info");
    spoken["route"] = "/tts".into();
    spoken["trace"] = "7".into();
    let at = r#""time":1795169400123"#;
    let spoken_line = format!(
        r#"{{"level":30,{at},"route":"/tts","meta":{{"trace":"7"}},"msg":"spoken: 你好"}}"#
    );
    assert_eq!(
        world.found(r#"{application="tts"}"#)?,
        expected([
            (spoken, &spoken_line),
            (labels("warning"), &format!(r#"{{"level":40,{at},"msg":"slow"}}"#)),
            (labels("critical"), &format!(r#"{{"level":60,{at},"msg":"out of memory"}}"#)),
        ])
    );
    // `trace` came as structured metadata: it selects nothing, it filters.
    assert_eq!(world.found(r#"{trace="7"}"#)?, []);
    assert_eq!(world.found(r#"{application="tts"} | trace="7""#)?.len(), 1);
    Ok(())
}

#[test]
fn winston_loki_in_protobuf_and_in_json() -> Result<()> {
    let world = World::start()?;
    Client::Node("push_winston.cjs").run(&[&world.relay.url])?;
    let time = r#""timestamp":"2026-11-20T10:10:00.123Z""#;
    let spoken = format!(
        r#"{{"labels":{{"route":"/tts"}},"level":"info","message":"spoken: 你好",{time}}}"#
    );
    let failed = format!(r#"{{"level":"error","message":"out of memory",{time}}}"#);
    for body in ["protobuf", "json"] {
        let mut info =
            json!({"application": "tts", "body": body, "level": "info", "route": "/tts"});
        let mut error = json!({"application": "tts", "body": body, "level": "error"});
        // In JSON it sends the level as metadata as well, which does not hide the label.
        if body == "json" {
            info["level_extracted"] = "info".into();
            error["level_extracted"] = "error".into();
        }
        assert_eq!(
            world.found(&format!("{{body={body:?}}}"))?,
            expected([(info, &spoken), (error, &failed)])
        );
    }
    Ok(())
}

#[test]
fn the_otlp_exporter_of_the_python_sdk() -> Result<()> {
    let world = World::start()?;
    for compression in ["none", "gzip", "deflate"] {
        let client = Client::Python("push_otlp.py");
        let printed = client.run(&[&world.relay.url, compression])?;
        let (trace, span) = printed.split_once(' ').context("no trace and span")?;
        let service = format!("tts-{compression}");
        let mut found = world.found(&format!("{{service_name={service:?}}}"))?;
        for (labels, line) in &mut found {
            let labels = labels.as_object_mut().context("labels")?;
            for name in FLEETING {
                assert!(labels.remove(name).is_some(), "{line} has no {name}");
            }
        }
        let labels = |level: &str, number: &str, text: &str, more: Value| {
            let mut labels = json!({
                "service_name": service,
                "service_namespace": "voice",
                "host_name": "gpu-1",
                "scope_name": "engine",
                "detected_level": level,
                "severity_number": number,
                "severity_text": text,
            });
            for (name, value) in more.as_object().into_iter().flatten() {
                labels[name] = value.clone();
            }
            labels
        };
        let slow = json!({"rtf": "1.25", "stage": "vocoder"});
        let traced = json!({"trace_id": trace, "span_id": span, "flags": "1"});
        assert_eq!(
            found,
            expected([
                (labels("debug", "5", "DEBUG", json!({})), "loading the model"),
                (labels("warn", "13", "WARN", slow), "slow"),
                (labels("error", "17", "ERROR", traced), "CUDA out of memory"),
                (labels("info", "9", "INFO", json!({})), r#"{"prompt":"你好","seed":42}"#),
            ])
        );
    }
    // The resource made labels of the names that Loki makes labels of, and metadata of the rest.
    let all = r#"{service_name=~"tts-.+", service_namespace="voice"} | host_name="gpu-1""#;
    assert_eq!(world.found(all)?.len(), 12);
    assert_eq!(world.found(r#"{host_name="gpu-1"}"#)?, []);
    Ok(())
}
