use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::program::{Program, logpane, wait_until};
use crate::{NO_LIMIT, lines};

/// The library that stands between a program and its clock.
fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    libraries.into_iter().find(|path| path.exists()).expect("faketime is not installed")
}

/// A relay whose clock is what `clock` says, as in `+2d`.
fn start(clock: &Path, data: &Path, log: &Path) -> Program {
    Program::start(
        logpane()
            .env("LD_PRELOAD", library())
            .env("FAKETIME_TIMESTAMP_FILE", clock)
            .env("FAKETIME_CACHE_DURATION", "0")
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(NO_LIMIT)
            .arg(log),
    )
}

#[test]
fn a_clock_that_is_set_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (clock, data, log) =
        (dir.path().join("clock"), dir.path().join("data"), dir.path().join("app.log"));
    let set = |offset: &str| fs::write(&clock, offset).unwrap();
    let append = |text: &str| {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    set("+0");
    append("INFO line 0\n");
    let mut relay = start(&clock, &data, &log);
    let mut count = 1;
    relay.wait_for_entries(count);
    // Back by hours, forward by less than what is kept, back again; with a restart between.
    for (offset, restarts) in
        [("-3h", false), ("+2d", false), ("-1h", true), ("+6d", true), ("+0", false)]
    {
        set(offset);
        if restarts {
            relay.signal("-KILL");
            relay.wait();
            relay = start(&clock, &data, &log);
        }
        append(&format!("INFO line {count}\n"));
        count += 1;
        wait_until(&format!("the line after {offset}"), || {
            relay.json("/api/status")["entries"].as_u64() == Some(count)
        });
    }
    let mut found = lines(&relay, r#"{job="app"}"#);
    // Lines without a stamp have the time at which they came, whatever the clock said then.
    found.sort();
    let expected: Vec<String> = (0..count).map(|n| format!("INFO line {n}")).collect();
    assert_eq!(found, expected);
    assert_eq!(relay.json("/api/status")["problems"], serde_json::json!([]));
}
