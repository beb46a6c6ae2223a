use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use model::{Columns, Entry, Labels, TimeRange};
use proptest::prelude::*;
use protocol::index::Index;
use relay::store::{Fate, FreeSpace, Step, Steps, Store, StoreError, StoreOptions, Tidying};

use super::sealed::entry;
use super::world::{World, all, everything, problems, wait_for};

const HOUR: Duration = Duration::from_secs(3600);

/// At once, and again and again.
fn eager(grace: Duration, steps: Steps) -> Tidying {
    Tidying {
        every: Duration::from_millis(1),
        rest: Duration::ZERO,
        settle: Duration::ZERO,
        grace,
        list_every: Duration::ZERO,
        steps,
    }
}

/// Nothing is merged.
fn lazy(world: &World) -> StoreOptions {
    let tidying = Tidying { rest: 1000 * HOUR, ..eager(HOUR, Steps::default()) };
    StoreOptions { tidying, ..world.options() }
}

fn options(world: &World, grace: Duration, steps: Steps) -> StoreOptions {
    StoreOptions { tidying: eager(grace, steps), ..world.options() }
}

fn labels(job: &str) -> Labels {
    Labels::from([("job", job)])
}

/// `num` chunks of a stream, woven into one another in time and arrival.
fn woven(world: &World, job: &str, num: u64) -> Vec<std::path::PathBuf> {
    let of = |chunk: u64| {
        let rows = (0..200).map(move |n| n * num + chunk);
        rows.map(|n| entry(n as i64 / 7, n, &format!("{job} line {n}"))).collect::<Vec<_>>()
    };
    (0..num).map(|chunk| world.seal(&labels(job), of(chunk), HOUR * 2)).collect()
}

fn index(store: &Store) -> Index {
    store.index(&everything(), TimeRange::ALL, &[], Columns::ALL)
}

fn num_chunks(store: &Store) -> usize {
    index(store).chunks.len()
}

#[test]
fn small_chunks_become_one() {
    let world = World::new();
    woven(&world, "a", 12);
    woven(&world, "b", 3);
    let store = Store::open(lazy(&world)).unwrap();
    let before = all(&store);
    assert_eq!((before.len(), num_chunks(&store)), (3000, 15));
    store.shutdown();
    let store = Store::open(options(&world, Duration::ZERO, Steps::default())).unwrap();
    wait_for("one chunk a stream", || num_chunks(&store) == 2);
    assert_eq!(all(&store), before);
    wait_for("no other files", || world.chunk_files().len() == 2);
    assert!(world.chunk_files().iter().all(|name| name.ends_with(".chunk")));
    store.shutdown();
    assert_eq!(all(&world.open()), before);
}

#[test]
fn what_was_merged_stays_readable_for_who_knows_it() {
    let world = World::new();
    woven(&world, "a", 5);
    let store = Store::open(lazy(&world)).unwrap();
    let (old, before) = (index(&store), all(&store));
    store.shutdown();
    let store = Store::open(options(&world, HOUR, Steps::default())).unwrap();
    wait_for("one chunk", || num_chunks(&store) == 1);
    // The new one says what it stands for.
    let names = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
    let ids: Vec<String> = old.chunks.iter().map(|chunk| chunk.id.clone()).collect();
    let [merged] = &index(&store).chunks[..] else { panic!("one chunk") };
    assert_eq!(names(&merged.replaces), names(&ids));
    // Who was told of the old ones before reads them all the same, here and over HTTP.
    assert_eq!(super::world::read(&store, &old), Some(before.clone()));
    assert!(ids.iter().all(|id| store.chunk(id).is_some_and(|chunk| chunk.path.exists())));
    assert_eq!(world.chunk_files().len(), 5 + 2);
    // Another program that only reads sees one state.
    assert_eq!(all(&Store::open_read_only(&world.data()).unwrap()), before);
    store.shutdown();
    assert_eq!(world.chunk_files().len(), 1);
    let store = world.open();
    assert_eq!(all(&store), before);
    let want = chunk::Want { columns: Columns::ALL, auto_fields: None };
    let gone = store.read_block(&old.chunks[0], &old.chunks[0].blocks[0], want);
    assert!(matches!(gone, Err(StoreError::Gone { .. })), "{gone:?}");
    assert!(index(&store).chunks[0].replaces.is_empty());
}

/// Kills at the `nth` time of a step, and says when.
fn killed_at(step: Step, nth: usize) -> (Steps, Arc<AtomicUsize>) {
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    let steps = Steps::new(move |now| {
        let is_it = now == step && count.fetch_add(1, Ordering::SeqCst) + 1 >= nth;
        if is_it { Fate::Kill } else { Fate::Go }
    });
    (steps, seen)
}

#[test]
fn a_kill_at_any_step_of_a_merge_loses_and_repeats_nothing() {
    use Step::{Mark, Name, Pack, Publish, Remove, Unmark, Write};
    for (step, nth) in [
        (Pack, 1),
        (Pack, 2),
        (Write, 1),
        (Mark, 1),
        (Name, 1),
        (Name, 2),
        (Publish, 1),
        (Publish, 2),
        (Remove, 1),
        (Remove, 3),
        (Remove, 6),
        (Unmark, 1),
        (Unmark, 2),
    ] {
        let world = World::new();
        woven(&world, "a", 4);
        woven(&world, "b", 3);
        let store = Store::open(lazy(&world)).unwrap();
        let before = all(&store);
        store.abort();
        let (steps, seen) = killed_at(step, nth);
        let store = Store::open(options(&world, Duration::ZERO, steps)).unwrap();
        wait_for("the kill", || seen.load(Ordering::SeqCst) >= nth);
        assert_eq!(all(&store), before, "{step:?} {nth}: while it runs");
        store.abort();
        let reader = Store::open_read_only(&world.data()).unwrap();
        assert_eq!(all(&reader), before, "{step:?} {nth}: for a reader");
        let store = Store::open(lazy(&world)).unwrap();
        assert_eq!(all(&store), before, "{step:?} {nth}: after the kill");
        assert!(problems(&store).is_empty());
        store.abort();
        assert!(world.chunk_files().iter().all(|name| name.ends_with(".chunk")));
        let store = Store::open(options(&world, Duration::ZERO, Steps::default())).unwrap();
        wait_for("one chunk a stream", || num_chunks(&store) == 2);
        assert_eq!(all(&store), before, "{step:?} {nth}: after the next merge");
    }
}

#[test]
fn what_was_merged_twice_never_counts_again() {
    let world = World::new();
    woven(&world, "a", 4);
    // The first merge is published, then nothing is removed.
    let (steps, seen) = killed_at(Step::Remove, 1);
    let store = Store::open(options(&world, Duration::ZERO, steps)).unwrap();
    wait_for("the kill", || seen.load(Ordering::SeqCst) >= 1);
    let before = all(&store);
    store.abort();
    let kept = world.log("kept");
    fs::rename(world.chunks(), &kept).unwrap();
    // A second merge of its result, with the first one's files still there.
    let merged = fs::read_dir(&kept).unwrap().map(|e| e.unwrap().path());
    let mark = merged.into_iter().find(|path| path.extension().is_some_and(|e| e == "merge"));
    let first = mark.unwrap().with_extension("chunk");
    fs::create_dir(world.chunks()).unwrap();
    fs::copy(&first, world.chunks().join(first.file_name().unwrap())).unwrap();
    let more = (0..5).map(|n| entry(n, 5000 + n as u64, "more")).collect();
    world.seal(&labels("a"), more, HOUR * 2);
    let (steps, seen) = killed_at(Step::Remove, 1);
    let store = Store::open(options(&world, Duration::ZERO, steps)).unwrap();
    wait_for("the kill", || seen.load(Ordering::SeqCst) >= 1);
    let after = all(&store);
    assert_eq!(after.len(), before.len() + 5);
    store.abort();
    for file in fs::read_dir(&kept).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), world.chunks().join(file.file_name())).unwrap();
    }
    assert_eq!(all(&Store::open_read_only(&world.data()).unwrap()), after);
    let store = Store::open(lazy(&world)).unwrap();
    assert_eq!(all(&store), after);
    assert_eq!(world.chunk_files().len(), 1);
}

#[test]
fn a_merge_that_fails_leaves_everything_as_it_was() {
    for step in [Step::Pack, Step::Write, Step::Mark, Step::Name, Step::Publish] {
        let world = World::new();
        woven(&world, "a", 4);
        let files = world.chunk_files();
        let seen = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&seen);
        let steps = Steps::new(move |now| match now == step {
            true if count.fetch_add(1, Ordering::SeqCst) == 0 => Fate::Fail(ErrorKind::StorageFull),
            _ => Fate::Go,
        });
        let store = Store::open(options(&world, Duration::ZERO, steps)).unwrap();
        wait_for("the failure", || seen.load(Ordering::SeqCst) > 0);
        let list = world.data().join("chunks.list");
        wait_for("the next thing it does", || list.exists());
        assert_eq!((all(&store).len(), num_chunks(&store)), (800, 4), "{step:?}");
        assert_eq!(world.chunk_files(), files, "{step:?}");
        assert!(problems(&store).is_empty());
    }
}

#[test]
fn nothing_is_merged_without_room() {
    let world = World::new();
    woven(&world, "a", 4);
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let space = FreeSpace::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Some(16 << 20)
    });
    let steps = Steps::new(|step| panic!("{step:?} was done"));
    let options = StoreOptions { space, ..options(&world, Duration::ZERO, steps) };
    let store = Store::open(options).unwrap();
    wait_for("the list", || world.data().join("chunks.list").exists());
    assert!(asked.load(Ordering::SeqCst) > 0);
    assert_eq!((all(&store).len(), num_chunks(&store)), (800, 4));
    store.shutdown();
}

#[test]
fn a_damaged_chunk_is_set_aside_and_the_rest_is_merged() {
    let world = World::new();
    let paths = woven(&world, "a", 5);
    let mut bytes = fs::read(&paths[2]).unwrap();
    bytes.iter_mut().skip(20).take(200).for_each(|byte| *byte ^= 0x55);
    fs::write(&paths[2], bytes).unwrap();
    let store = Store::open(options(&world, Duration::ZERO, Steps::default())).unwrap();
    wait_for("one chunk", || num_chunks(&store) == 1);
    assert_eq!(problems(&store), ["corrupt_chunk"]);
    assert_eq!(store.figures().corrupt_entries, 200);
    let arrivals: Vec<u64> = all(&store).iter().map(|(_, entry)| entry.arrival).collect();
    let expected: Vec<u64> = (0..1000).filter(|n| n % 5 != 2).collect();
    assert_eq!(arrivals, expected);
    assert!(world.data().join("corrupt").join(paths[2].file_name().unwrap()).exists());
}

#[test]
fn a_merged_chunk_that_is_damaged_at_once_is_not_missed() {
    let world = World::new();
    woven(&world, "a", 3);
    let (steps, seen) = killed_at(Step::Publish, 1);
    let store = Store::open(options(&world, Duration::ZERO, steps)).unwrap();
    wait_for("the kill", || seen.load(Ordering::SeqCst) >= 1);
    let before = all(&store);
    store.abort();
    let mark = world.chunk_files().into_iter().find(|name| name.ends_with(".merge")).unwrap();
    let merged = world.chunks().join(mark.replace(".merge", ".chunk"));
    fs::write(merged, "torn").unwrap();
    let store = Store::open(lazy(&world)).unwrap();
    assert_eq!(all(&store), before);
    assert!(problems(&store).is_empty());
    assert_eq!(world.chunk_files().len(), 3);
}

#[test]
fn entries_that_are_still_in_the_journal_are_not_repeated_by_a_merge() {
    let world = World::new();
    let store = Store::open(options(&world, Duration::ZERO, Steps::default())).unwrap();
    // Enough for several chunks of one stream.
    for from in [0, 3000, 6000] {
        let entries: Vec<Entry> = (from..from + 3000)
            .map(|n| entry(n, 0, &format!("{n} {}", "x".repeat(1000))))
            .collect();
        store.push(vec![(labels("pushed"), entries)]).unwrap();
        wait_for("a chunk", || !index(&store).chunks.is_empty());
    }
    wait_for("a merge", || store.figures().merged_chunks > 0);
    let before = all(&store);
    assert_eq!(before.len(), 9000);
    store.abort();
    let store = Store::open(lazy(&world)).unwrap();
    assert_eq!(all(&store), before);
    // And a client that sends them again is known.
    let again: Vec<Entry> =
        (0..3000).map(|n| entry(n, 0, &format!("{n} {}", "x".repeat(1000)))).collect();
    assert_eq!(store.push(vec![(labels("pushed"), again)]).unwrap().taken, 0);
}

/// A random entry of a random stream.
fn any_entry() -> impl Strategy<Value = (usize, Entry)> {
    let name = prop_oneof![Just("seed"), Just("rtf"), Just("é")];
    let field = (name, "[a-z0-9 ]{0,6}").prop_map(|(n, v)| (n.to_owned(), v));
    let fields = proptest::collection::btree_map("[ab]", "[a-z]{0,3}", 0..3);
    let timestamp = prop_oneof![0..50_i64, Just(i64::MIN), Just(i64::MAX - 1)];
    let line = proptest::collection::vec(any::<u8>(), 0..40);
    (0..3_usize, timestamp, line, fields, proptest::collection::vec(field, 0..3)).prop_map(
        |(stream, timestamp, line, metadata, auto)| {
            let auto: std::collections::BTreeMap<String, String> = auto.into_iter().collect();
            let (metadata, auto) = (metadata.into_iter().collect(), auto.into_iter().collect());
            (stream, Entry { timestamp, line, metadata, auto, ..Entry::default() })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_merge_keeps_every_entry_as_it_is(
        entries in proptest::collection::vec(any_entry(), 1..300),
        cuts in proptest::collection::vec(1..40_usize, 1..12),
    ) {
        let world = World::new();
        let (mut rest, mut arrival) = (&entries[..], 0);
        for cut in cuts.iter().cycle() {
            let (part, more) = rest.split_at((*cut).min(rest.len()));
            for stream in 0..3 {
                let of: Vec<Entry> = part
                    .iter()
                    .filter(|(at, _)| *at == stream)
                    .map(|(_, entry)| {
                        arrival += 1;
                        Entry { arrival, ..entry.clone() }
                    })
                    .collect();
                if !of.is_empty() {
                    world.seal(&labels(&stream.to_string()), of, HOUR);
                }
            }
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        let store = Store::open(lazy(&world)).unwrap();
        let before = all(&store);
        store.shutdown();
        let store = Store::open(options(&world, Duration::ZERO, Steps::default())).unwrap();
        wait_for("one chunk a stream", || num_chunks(&store) == store.status().streams as usize);
        prop_assert_eq!(all(&store), before);
    }
}
