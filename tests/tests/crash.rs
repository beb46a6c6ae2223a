//! `kill -9` in the middle of a live log: nothing is lost and nothing comes twice.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use tests::{LiveVoice, Relay, wait_for};

const KILLS: u64 = 8;

#[test]
fn a_killed_relay_loses_and_repeats_nothing() -> Result<()> {
    let dir = TempDir::new()?;
    let data = dir.path().join("data");
    // A day in minutes: several requests every second, unfinished lines on disk.
    let mut voice = LiveVoice::start(dir.path(), 500)?;
    let mut seen = 0;
    for kill in 0..KILLS {
        let relay = Relay::start(&data, &voice.paths())?;
        seen = wait_for("new entries", || {
            let entries = relay.status().ok()?["entries"].as_u64()?;
            (entries > seen + 100).then_some(entries)
        })?;
        assert!(voice.running(), "the generator ended before kill {kill}");
        relay.kill();
    }
    voice.stop();

    let relay = Relay::start(&data, &voice.paths())?;
    relay.wait_until_read(4)?;
    let expected: BTreeMap<String, u64> = voice.expect()?["files"]
        .as_object()
        .context("files")?
        .iter()
        .filter_map(|(name, file)| Some((name.clone(), file["records"].as_u64()?)))
        .filter(|(_, records)| *records > 0)
        .collect();
    let query =
        r#"sum by (filename) (count_over_time({job="cosyvoice3"} | event!="progress" [30d]))"#;
    let (from, to) = ("now-20d", "now+5d");
    let answer = relay.query(&[query, "--at", to, "-o", "json"])?;
    let found: BTreeMap<String, u64> = answer
        .samples()?
        .into_iter()
        .filter_map(|(labels, n)| {
            let path = labels["filename"].as_str()?.to_owned();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let n = n as u64;
            Some((path.rsplit('/').next()?.to_owned(), n))
        })
        .collect();
    assert_eq!(found, expected);

    // Every line once, and in order.
    let file = format!("{{filename={:?}}}", voice.dir.join("api.jsonl"));
    let range = ["--from", from, "--to", to, "--limit", "5000", "--direction", "forward"];
    let args = [&[file.as_str()], &range[..], &["-o", "raw"]].concat();
    let stored = relay.query(&args)?.stdout;
    let written = std::fs::read_to_string(voice.dir.join("api.jsonl"))?;
    let mut expected: Vec<&str> = written.lines().take(stored.lines().count()).collect();
    expected.sort_by_key(|line| stamp(line));
    assert_eq!(stored.lines().collect::<Vec<_>>(), expected);
    Ok(())
}

fn stamp(line: &str) -> String {
    let json: Value = serde_json::from_str(line).unwrap_or_default();
    json["ts"].as_str().unwrap_or_default().to_owned()
}
