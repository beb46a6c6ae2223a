//! `kill -9` at any instant, while files are written and clients push: nothing is lost and nothing
//! comes twice. `LOGPANE_KILLS=300 cargo test -p tests --test crash` is the long campaign.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tempfile::TempDir;
use tests::{LiveVoice, Pusher, Relay, wait_for};

/// As often as it takes to meet what is rare.
const KILLS: u64 = 20;
/// A relay lives at most so long.
const LIFE_MS: u64 = 400;

#[test]
fn a_killed_relay_loses_and_repeats_nothing() -> Result<()> {
    let dir = TempDir::new()?;
    let data = dir.path().join("data");
    let kills = std::env::var("LOGPANE_KILLS").ok().map_or(Ok(KILLS), |kills| kills.parse())?;
    let seed = fastrand::u64(..);
    println!("{kills} kills, seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    // A day in minutes: several requests every second, unfinished lines on disk.
    let mut voice = LiveVoice::start(dir.path(), if kills > KILLS { 150 } else { 500 })?;
    let pusher = Pusher::start();
    let mut seen = 0;
    for kill in 0..kills {
        let relay = Relay::start(&data, &voice.paths())?;
        pusher.turn_to(&relay.url);
        if kill % 4 == 0 {
            // Some live long enough to have something to lose.
            seen = wait_for("new entries", || {
                let entries = relay.status().ok()?["entries"].as_u64()?;
                (entries > seen + 100).then_some(entries)
            })?;
        }
        // Not waiting for anything is the point: a kill comes when it comes.
        thread::sleep(Duration::from_millis(random.u64(..LIFE_MS)));
        assert!(voice.running(), "the generator ended before kill {kill}");
        relay.kill();
    }
    voice.stop();

    let all = ["--max-entries".into(), "100000000".into()];
    let relay = Relay::start(&data, &[voice.paths(), all.to_vec()].concat())?;
    relay.wait_until_read(4)?;
    let num_pushed = pusher.stop()?;
    let limit = (num_pushed + 10).to_string();
    let range = ["--from", "2024-12-17", "--to", "2024-12-18", "--direction", "forward"];
    let args = [&[Pusher::SELECTOR, "--limit", &limit], &range[..], &["-o", "raw"]].concat();
    let answer = relay.query(&args)?;
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let stored = answer.stdout;
    // The last may be there though nobody was told.
    let is_more = stored.lines().count() as u64 > num_pushed;
    let pushed: Vec<String> = (0..num_pushed + u64::from(is_more)).map(Pusher::line).collect();
    assert!(num_pushed > kills, "only {num_pushed} lines were taken");
    assert_eq!(stored.lines().collect::<Vec<_>>(), pushed);

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
