use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::{Columns, Entry, Labels, TimeRange};
use relay::store::{FreeSpace, Store, StoreError, StoreOptions};

use super::world::{World, all, everything, expect_numbered, numbered, problems, wait_for};

#[test]
fn a_folder_has_one_owner() {
    let world = World::new();
    let store = world.open();
    store.announce("http://127.0.0.1:3100").unwrap();
    match world.try_open() {
        Err(StoreError::Locked { addr, .. }) => {
            assert_eq!(addr.as_deref(), Some("http://127.0.0.1:3100"));
        }
        other => panic!("{other:?}"),
    }
    store.shutdown();
    store.shutdown();
    assert!(matches!(store.push(vec![]), Err(StoreError::Closed { .. })));
    world.open();
}

#[test]
fn a_new_folder_is_private_and_an_old_one_stays_as_it_is() {
    for (before, expected) in [(None, 0o700), (Some(0o750), 0o750)] {
        let world = World::new();
        if let Some(mode) = before {
            fs::create_dir(world.data()).unwrap();
            fs::set_permissions(world.data(), Permissions::from_mode(mode)).unwrap();
        }
        world.open();
        let mode = fs::metadata(world.data()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, expected, "{mode:o}, expected {expected:o}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let world = World::new();
    world.append("file", "x");
    for dir in [world.log("file"), world.log("file").join("below")] {
        match Store::open(StoreOptions::new(&dir)) {
            Err(error @ StoreError::Folder { .. }) => {
                assert!(error.to_string().contains(dir.to_str().unwrap()), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(Store::open_read_only(&world.log("none")).is_err());
}

#[test]
fn a_full_disk_stops_reading_until_there_is_room() {
    let world = World::new();
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let probe = Arc::clone(&free);
    let space = FreeSpace::new(move |_| Some(probe.load(Ordering::Relaxed)));
    let store = Store::open(StoreOptions { space, ..world.options() }).unwrap();
    world.append("app.log", &numbered(0..10));
    world.add(&store, "app.log");
    expect_numbered(&store, 0..10);
    free.store(0, Ordering::Relaxed);
    wait_for("the stop", || problems(&store) == ["disk_full"]);
    let push = || {
        let entry = Entry { timestamp: 1, line: b"x".to_vec(), ..Entry::default() };
        store.push(vec![(Labels::from([("job", "pushed")]), vec![entry])])
    };
    assert!(push().is_err_and(|error| error.is_full()));
    world.append("app.log", &numbered(10..20));
    let index = store.index(&everything(), TimeRange::ALL, &[], Columns::ALL);
    assert!(index.gaps.iter().any(|gap| matches!(gap, protocol::index::Gap::Stopped { .. })));
    free.store(u64::MAX, Ordering::Relaxed);
    expect_numbered(&store, 0..20);
    assert!(problems(&store).is_empty());
    assert_eq!(push().unwrap().taken, 1);
    assert_eq!(push().unwrap().repeated, 1);
    let figures = store.figures();
    assert_eq!(figures.read_entries, 20);
    assert_eq!(figures.read_bytes, numbered(0..20).len() as u64);
    assert_eq!((figures.lost_bytes, figures.invalid_bytes), (0, 0));
    assert!(figures.journal_bytes > 0);
}

#[test]
fn what_was_truncated_unread_is_counted() {
    let world = World::new();
    let free = Arc::new(AtomicU64::new(0));
    let probe = Arc::clone(&free);
    let space = FreeSpace::new(move |_| Some(probe.load(Ordering::Relaxed)));
    let store = Store::open(StoreOptions { space, ..world.options() }).unwrap();
    wait_for("the stop", || problems(&store) == ["disk_full"]);
    let text = numbered(0..10);
    world.append("app.log", &text);
    world.add(&store, "app.log");
    wait_for("its size", || store.status().sources.iter().any(|s| s.size == text.len() as u64));
    fs::write(world.log("app.log"), "").unwrap();
    free.store(u64::MAX, Ordering::Relaxed);
    wait_for("the loss", || store.figures().lost_bytes == text.len() as u64);
    world.append("app.log", &numbered(10..11));
    expect_numbered(&store, 10..11);
    assert_eq!(store.figures().lost_bytes, text.len() as u64);
}

#[test]
fn age_and_size_end_what_is_kept() {
    let world = World::new();
    world.append("app.log", &numbered(0..60_000));
    let store = world.follow("app.log");
    expect_numbered(&store, 0..60_000);
    let num_chunks =
        |store: &Store| store.index(&everything(), TimeRange::ALL, &[], Columns::ALL).chunks.len();
    wait_for("a chunk", || num_chunks(&store) > 0);
    let num_entries = all(&store).len();
    store.shutdown();
    // Old stamps are no reason to go.
    let store = world.open();
    assert_eq!(all(&store).len(), num_entries);
    store.shutdown();
    let small = StoreOptions { retention_bytes: Some(1), ..world.options() };
    let store = Store::open(small).unwrap();
    wait_for("nothing but heads", || num_chunks(&store) == 0);
    assert!(all(&store).len() < num_entries);
    assert_eq!(fs::read_dir(world.data().join("chunks")).unwrap().count(), 0);
    store.shutdown();
    // They are not read again, although the file is still there.
    let store = world.follow("app.log");
    let rest = all(&store).len();
    world.append("app.log", &numbered(60_000..60_001));
    wait_for("the next line", || all(&store).len() == rest + 1);
    store.shutdown();
    let brief = StoreOptions { retention: Duration::ZERO, ..world.options() };
    drop(Store::open(brief).unwrap());
}

#[test]
fn what_was_deleted_before_it_was_read_is_counted() {
    let world = World::new();
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let probe = Arc::clone(&free);
    let space = FreeSpace::new(move |_| Some(probe.load(Ordering::Relaxed)));
    let store = Store::open(StoreOptions { space, ..world.options() }).unwrap();
    for name in ["half.log", "moved.log", "whole.log"] {
        world.append(name, &numbered(0..10));
    }
    world.add(&store, "*.log");
    wait_for("all lines", || store.status().entries == 30);
    free.store(0, Ordering::Relaxed);
    wait_for("the stop", || problems(&store) == ["disk_full"]);
    for name in ["half.log", "moved.log"] {
        world.append(name, "unread\n");
    }
    let lag = |name: &str| {
        let files = store.sources(0).files;
        files.iter().find(|file| file.source.path.ends_with(name)).map(|file| file.lag_bytes)
    };
    wait_for("the lag to be seen", || lag("half.log") == Some(7) && lag("whole.log") == Some(0));
    store.shutdown();
    fs::remove_file(world.log("half.log")).unwrap();
    fs::remove_file(world.log("whole.log")).unwrap();
    fs::rename(world.log("moved.log"), world.log("moved.log.1")).unwrap();
    let store = world.follow("*.log");
    wait_for("what is lost to be said", || problems(&store).contains(&"lost_bytes".to_owned()));
    wait_for("the moved file", || store.status().entries == 31);
    let said: Vec<_> = store.status().problems.into_iter().map(|found| found.message).collect();
    let lost: Vec<_> = said.iter().filter(|said| said.contains("lost")).collect();
    assert!(lost.len() == 1 && lost[0].contains("half.log"), "{said:?}");
    assert!(lost[0].contains("its last 7 bytes"), "{said:?}");
    assert_eq!(store.figures().lost_bytes, 7);
    store.shutdown();
    // It is said once.
    assert_eq!(fs::read_to_string(world.data().join("behind.json")).unwrap(), "{}");
}
