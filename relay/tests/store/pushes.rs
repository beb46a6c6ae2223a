use model::{Entry, Labels};
use relay::store::{Pushed, StoreError};

use super::world::{World, all, wait_for};

fn entry(timestamp: i64, line: &str, metadata: &[(&str, &str)]) -> Entry {
    let metadata = metadata.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Entry { timestamp, line: line.as_bytes().to_vec(), metadata, ..Entry::default() }
}

fn labels() -> Labels {
    Labels::from([("job", "pushed")])
}

#[test]
fn a_retry_counts_once() {
    let world = World::new();
    let store = world.open();
    let batch = vec![
        entry(1, "a", &[]),
        entry(1, "a", &[]),
        entry(1, "b", &[]),
        entry(1, "a", &[("trace", "1")]),
        entry(1, "a", &[("trace", "1"), ("trace", "2")]),
    ];
    let push = |store: &relay::store::Store| store.push(vec![(labels(), batch.clone())]).unwrap();
    assert_eq!(push(&store), Pushed { taken: 3, repeated: 2, beyond_limit: 0 });
    assert_eq!(push(&store), Pushed { taken: 0, repeated: 5, beyond_limit: 0 });
    store.abort();
    let store = world.open();
    assert_eq!(all(&store).len(), 3);
    assert_eq!(push(&store), Pushed { taken: 0, repeated: 5, beyond_limit: 0 });
    store.shutdown();
    let store = world.open();
    assert_eq!(push(&store), Pushed { taken: 0, repeated: 5, beyond_limit: 0 });
}

#[test]
fn a_retry_counts_once_even_when_sealed() {
    let world = World::new();
    let store = world.open();
    let batch = |from: i64| -> Vec<Entry> {
        (from..from + 3000).map(|n| entry(n, &format!("{n} {}", "x".repeat(1000)), &[])).collect()
    };
    assert_eq!(store.push(vec![(labels(), batch(0))]).unwrap().taken, 3000);
    wait_for("a chunk", || {
        let range = model::TimeRange::ALL;
        let index = store.index(&super::world::everything(), range, &[], model::Columns::ALL);
        !index.chunks.is_empty()
    });
    assert_eq!(
        store.push(vec![(labels(), batch(0))]).unwrap(),
        Pushed { taken: 0, repeated: 3000, beyond_limit: 0 }
    );
    let half = store.push(vec![(labels(), batch(1500))]).unwrap();
    assert_eq!(half, Pushed { taken: 1500, repeated: 1500, beyond_limit: 0 });
}

#[test]
fn what_was_pushed_survives_a_kill() {
    let world = World::new();
    for round in 0..5 {
        let store = world.open();
        let pushed = store.push(vec![(labels(), vec![entry(round, "x", &[("k", "v")])])]).unwrap();
        assert_eq!(pushed.taken, 1);
        store.abort();
    }
    let entries = all(&world.open());
    assert_eq!(entries.len(), 5);
    assert!(
        entries.iter().all(|(l, e)| *l == labels() && e.metadata == [("k".into(), "v".into())])
    );
    let mut arrivals: Vec<u64> = entries.iter().map(|(_, entry)| entry.arrival).collect();
    arrivals.dedup();
    assert_eq!(arrivals.len(), 5);
}

#[test]
fn bad_labels_are_refused_by_name() {
    let world = World::new();
    let store = world.open();
    for (labels, part) in [
        (Labels::new(), "no labels"),
        (Labels::from([("1a", "x")]), "1a"),
        (Labels::from([("a-b", "x")]), "a-b"),
        (Labels::from([("a", "x".repeat(3000).as_str())]), "\"a\""),
    ] {
        match store.push(vec![(labels, vec![entry(1, "x", &[])])]) {
            Err(StoreError::Labels { what, .. }) => assert!(what.contains(part), "{what}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(all(&store).is_empty());
}
