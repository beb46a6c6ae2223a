//! What a person says of a file in place of what was found.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use protocol::sources::{Change, Said};
use relay::store::{FreeSpace, Store, StoreOptions};

use super::world::{World, all, wait_for};

const LINE: &str = "2024-12-17 14:30:52 INFO";

/// Job and time of each line, in the order of what they say.
fn found(store: &Store) -> Vec<(String, String, String)> {
    let mut found: Vec<_> = all(store)
        .iter()
        .map(|(labels, entry)| {
            let said = String::from_utf8_lossy(&entry.line).rsplit(' ').next().unwrap().to_owned();
            let at = jiff::Timestamp::from_nanosecond(i128::from(entry.timestamp)).unwrap();
            (said, labels.get("job").unwrap().to_owned(), at.to_string())
        })
        .collect();
    found.sort();
    found
}

#[track_caller]
fn expect(store: &Store, expected: &[(&str, &str, &str)]) {
    wait_for(&format!("{} lines", expected.len()), || all(store).len() == expected.len());
    let found = found(store);
    let found: Vec<(&str, &str, &str)> =
        found.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(found, expected);
}

fn say(store: &Store, world: &World, file: &str, job: &str, zone: &str) -> Result<(), String> {
    let path = match fs::canonicalize(world.log(file)) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => file.to_owned(),
    };
    let word = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    let change = Change { path, said: Said { job: word(job), zone: word(zone) } };
    store.change_source(change).map_err(|error| error.to_string())
}

#[test]
fn job_and_zone_of_a_file_can_be_said_and_hold_from_then_on() {
    let world = World::new();
    world.append("app.log", &format!("{LINE} a\n"));
    world.append("other.log", &format!("{LINE} b\n"));
    let store = world.follow("*.log");
    let before = [("a", "app", "2024-12-17T14:30:52Z"), ("b", "other", "2024-12-17T14:30:52Z")];
    expect(&store, &before);
    say(&store, &world, "app.log", " tts ", "Asia/Shanghai").unwrap();
    world.append("app.log", &format!("{LINE} c\n"));
    world.append("other.log", &format!("{LINE} d\n"));
    let then = [
        before[0],
        before[1],
        ("c", "tts", "2024-12-17T06:30:52Z"),
        ("d", "other", "2024-12-17T14:30:52Z"),
    ];
    expect(&store, &then);
    let facts = store.sources(0).files.remove(0);
    assert_eq!(
        (facts.source.job.as_str(), facts.source.job_rule.as_str()),
        ("tts", "said by hand")
    );
    assert_eq!(facts.reading.zone, "Asia/Shanghai");
    assert_eq!(facts.said, Said { job: Some("tts".into()), zone: Some("Asia/Shanghai".into()) });

    // After a kill, what is in the journal is what it was, and what comes is as was said.
    store.abort();
    let store = world.follow("*.log");
    expect(&store, &then);
    world.append("app.log", &format!("{LINE} e\n"));
    let mut later = then.to_vec();
    later.push(("e", "tts", "2024-12-17T06:30:52Z"));
    expect(&store, &later);

    // Nothing said: what was found holds again.
    say(&store, &world, "app.log", "", "").unwrap();
    world.append("app.log", &format!("{LINE} f\n"));
    later.push(("f", "app", "2024-12-17T14:30:52Z"));
    expect(&store, &later);
}

#[test]
fn what_cannot_hold_is_refused_with_a_reason() {
    let world = World::new();
    world.append("app.log", &format!("{LINE} a\n"));
    let store = world.follow("*.log");
    expect(&store, &[("a", "app", "2024-12-17T14:30:52Z")]);
    let long = "x".repeat(201);
    for (file, job, zone, expected) in [
        ("app.log", "", "Mars", "there is no time zone Mars, expected one as in Asia/Shanghai"),
        ("app.log", long.as_str(), "", "the job is too long, expected at most 200 characters"),
        (
            "none.log",
            "x",
            "",
            "none.log is not followed, expected one of the files of /api/sources",
        ),
    ] {
        assert_eq!(say(&store, &world, file, job, zone).unwrap_err(), expected);
    }
}

#[test]
fn without_room_nothing_is_said_and_nobody_waits() {
    let world = World::new();
    world.append("app.log", &format!("{LINE} a\n"));
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let probe = Arc::clone(&free);
    let space = FreeSpace::new(move |_| Some(probe.load(Ordering::Relaxed)));
    let store = Store::open(StoreOptions { space, ..world.options() }).unwrap();
    world.add(&store, "*.log");
    expect(&store, &[("a", "app", "2024-12-17T14:30:52Z")]);
    free.store(0, Ordering::Relaxed);
    wait_for("the full disk", || store.status().problems.iter().any(|p| p.code == "disk_full"));
    let refused = say(&store, &world, "app.log", "tts", "").unwrap_err();
    assert!(refused.starts_with("the disk is full"), "{refused}");
    free.store(u64::MAX, Ordering::Relaxed);
    wait_for("room again", || say(&store, &world, "app.log", "tts", "").is_ok());
}

#[test]
fn who_only_reads_leaves_a_damaged_book_where_it_is() {
    let world = World::new();
    drop(world.open());
    let book = world.data().join("sources.json");
    fs::write(&book, "{ damaged").unwrap();
    Store::open_read_only(&world.data()).unwrap();
    assert_eq!(fs::read_to_string(&book).unwrap(), "{ damaged");
}
