use std::fs;

use model::{Columns, TimeRange};

use super::world::{
    World, all, everything, expect_lines, expect_numbered, line, numbered, wait_for,
};

#[test]
fn a_restart_goes_on_where_it_was() {
    let world = World::new();
    world.append("app.log", &numbered(0..100));
    let store = world.follow("*.log");
    expect_numbered(&store, 0..100);
    let before = all(&store);
    store.shutdown();
    world.append("app.log", &numbered(100..200));
    let store = world.open();
    // Everything is there before anything is followed, with the same arrival numbers.
    assert_eq!(all(&store), before);
    world.add(&store, "*.log");
    expect_numbered(&store, 0..200);
}

#[test]
fn a_killed_relay_loses_nothing_and_repeats_nothing() {
    let world = World::new();
    let mut written = 0;
    for round in 0..12 {
        // Half a line stands at the end when it is killed.
        let mut text = numbered(written..written + 4_000);
        let cut = text.len() - 20;
        let rest = text.split_off(cut);
        world.append("app.log", &text);
        let store = world.follow("*.log");
        wait_for("some of it", || store.status().entries >= u64::from(written + 300 * round));
        store.abort();
        world.append("app.log", &rest);
        written += 4_000;
    }
    let store = world.follow("*.log");
    expect_numbered(&store, 0..written);
    // And what is read again is the same as what was told before.
    let before = all(&store);
    store.abort();
    assert_eq!(all(&world.open()), before);
}

#[test]
fn a_kill_between_chunk_and_journal_repeats_nothing() {
    let world = World::new();
    world.append("app.log", &numbered(0..60_000));
    let store = world.open();
    // The state as if nothing had been sealed yet.
    store.abort();
    let unsealed = world.data().join("journal");
    let kept = world.log("journal-before");
    let store = world.follow("app.log");
    expect_numbered(&store, 0..60_000);
    wait_for("chunks", || {
        !store.index(&everything(), TimeRange::ALL, &[], Columns::ALL).chunks.is_empty()
    });
    let before = all(&store);
    store.abort();
    // Cuts the journal right before the first seal: the chunks are there, no record names them.
    let segment = fs::read_dir(&unsealed).unwrap().next().unwrap().unwrap().path();
    fs::copy(&segment, &kept).unwrap();
    let bytes = fs::read(&kept).unwrap();
    let sealed = last_frames_of_seals(&bytes);
    assert!(!sealed.is_empty());
    let without: Vec<u8> = without_ranges(&bytes, &sealed);
    fs::write(&segment, without).unwrap();
    let store = world.open();
    assert_eq!(all(&store).len(), before.len());
    assert_eq!(all(&store), before);
}

/// Where the records that name a seal stand: their variant number is the first byte of the
/// payload.
fn last_frames_of_seals(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    const SEALED: u8 = 8;
    let mut found = Vec::new();
    let mut at = 8;
    while at + 8 <= bytes.len() {
        let len = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        if bytes[at + 8] == SEALED {
            found.push(at..at + 8 + len);
        }
        at += 8 + len;
    }
    found
}

fn without_ranges(bytes: &[u8], ranges: &[std::ops::Range<usize>]) -> Vec<u8> {
    let kept = bytes.iter().enumerate().filter(|(at, _)| !ranges.iter().any(|r| r.contains(at)));
    kept.map(|(_, byte)| *byte).collect()
}

#[test]
fn a_torn_record_is_read_again_from_its_file() {
    let world = World::new();
    world.append("app.log", &numbered(0..500));
    let store = world.follow("app.log");
    expect_numbered(&store, 0..500);
    store.abort();
    let segment = fs::read_dir(world.data().join("journal")).unwrap().next().unwrap().unwrap();
    let bytes = fs::read(segment.path()).unwrap();
    for cut in [1, 5, 40, bytes.len() / 2] {
        fs::write(segment.path(), &bytes[..bytes.len() - cut]).unwrap();
        let store = world.follow("app.log");
        expect_numbered(&store, 0..500);
        assert!(store.status().problems.is_empty(), "{:?}", store.status().problems);
        store.abort();
    }
}

#[test]
fn a_reader_sees_what_the_owner_has() {
    let world = World::new();
    world.append("app.log", &numbered(0..50));
    let store = world.follow("app.log");
    expect_numbered(&store, 0..50);
    let listed = |dir: &std::path::Path| {
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        names
    };
    let before = listed(&world.data());
    let reader = relay::store::Store::open_read_only(&world.data()).unwrap();
    assert_eq!(all(&reader).len(), 50);
    assert_eq!(listed(&world.data()), before);
    assert!(reader.push(vec![]).is_err());
    drop(reader);
    world.append("app.log", &numbered(50..51));
    wait_for("one more", || all(&store).len() == 51);
    expect_lines(
        &store,
        &(0..51).map(line).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
    );
}
