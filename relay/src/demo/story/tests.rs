use std::collections::BTreeMap;

use super::*;

const HOUR: i64 = 60 * MINUTE;
const START: i64 = 1_734_425_800 * SECOND;

fn options() -> StoryOptions {
    StoryOptions { seed: 7, start: START, live: START + 6 * HOUR, speed: 1.0, zone: TimeZone::UTC }
}

/// Each file after six hours.
fn files(options: StoryOptions) -> BTreeMap<&'static str, String> {
    let live = options.live;
    let mut files = BTreeMap::new();
    for write in Story::new(options).take_while(|write| write.at <= live) {
        files.entry(write.file.name()).or_insert_with(String::new).push_str(&write.text);
    }
    files
}

#[test]
fn a_seed_tells_one_story() {
    assert_eq!(files(options()), files(options()));
    assert_ne!(files(options()), files(StoryOptions { seed: 8, ..options() }));
}

#[test]
fn time_never_goes_back() {
    let mut last = START;
    for write in Story::new(options()).take(20_000) {
        assert!(write.at >= last, "{write:?} after {last}");
        last = write.at;
    }
}

#[test]
fn everything_the_article_asks_for_is_there() {
    let files = files(options());
    let cosyvoice = &files["cosyvoice.log"];
    let count = |needle: &str| cosyvoice.matches(needle).count();
    for (needle, least) in [
        ("Generating audio: text_len=", 1000),
        ("seed=1234", 100),
        ("error", 10),
        ("timeout", 5),
        ("failed", 20),
        ("CUDA out of memory", 50),
        ("Traceback (most recent call last)", 50),
        ("\rdecode: ", 5000),
        ("[00:00<?, ?it/s]2", 1000),
        (" WARNING ", 10),
        (" DEBUG ", 50),
    ] {
        assert!(count(needle) >= least, "{needle:?}: {}", count(needle));
    }
    let startup = &files["startup.log"];
    assert!(startup.contains("[SYSTEM] Starting CosyVoice3 v0.3 @ commit e07fd92"));
    assert!(startup.contains("[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234"));
    assert_eq!(files.get("webui.log"), None, "it has no times, and so no past");
    let live: String = Story::new(options())
        .skip_while(|write| write.at < options().live)
        .take(150_000)
        .filter(|write| write.file == LogFile::Webui)
        .map(|write| write.text)
        .collect();
    assert!(live.contains("INFO:     Started server process ["));
    assert!(live.contains("HTTP/1.1\" 500 Internal Server Error"));
    for line in files["api.jsonl"].lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn a_burst_is_more_than_five_in_five_minutes_and_recent() {
    let live = options().live;
    let times: Vec<i64> = Story::new(options())
        .take_while(|write| write.at <= live)
        .filter(|write| write.text.contains("torch.OutOfMemoryError"))
        .map(|write| write.at)
        .filter(|at| *at > live - HOUR)
        .collect();
    let most = times
        .iter()
        .map(|end| times.iter().filter(|at| **at <= *end && **at > end - 5 * MINUTE).count());
    assert!(most.max().unwrap_or(0) > 5, "{times:?}");
}

#[test]
fn a_faster_story_keeps_the_clocks_time() {
    let fast = StoryOptions { start: START, live: START, speed: 10.0, ..options() };
    let slow = StoryOptions { speed: 1.0, ..fast.clone() };
    let at = |options| Story::new(options).nth(500).unwrap().at - START;
    let (fast, slow) = (at(fast), at(slow));
    assert!((fast * 10 - slow).abs() < SECOND, "{fast} {slow}");
}
