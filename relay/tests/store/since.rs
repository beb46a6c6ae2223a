//! Entries by their arrival numbers, wherever they are by then.

use std::collections::BTreeMap;

use model::{Columns, Entry, Labels, Matcher, TimeRange, Timestamp};
use relay::store::{Store, StoreError, StoreOptions, Wanted};

#[test]
fn whoever_comes_again_and_again_gets_each_entry_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(StoreOptions::new(dir.path())).unwrap();
    let matchers = [Matcher::new("job", model::MatchOp::Equal, "a").unwrap()];
    let wanted = Wanted {
        matchers: &matchers,
        range: TimeRange { start: Timestamp(i64::MIN), end: Timestamp(i64::MAX) },
        literals: &[],
        columns: Columns { lines: true, ..Columns::default() },
        auto_fields: None,
    };
    let (mut seen, mut taken) = (BTreeMap::new(), 0);
    // Some 12 MB of lines: heads are sealed meanwhile.
    for round in 0..60_i64 {
        let entry = |n: i64| Entry {
            // Not in the order they arrive in.
            timestamp: (round * 200 + n) ^ 5,
            line: format!("{} {}", round * 200 + n, "x".repeat(1000)).into_bytes(),
            ..Entry::default()
        };
        let stream = |job: &str| (Labels::from([("job", job)]), (0..200).map(entry).collect());
        store.push(vec![stream("a"), stream("b")]).unwrap();
        let next = store.next_arrival();
        let gaps = store
            .visit_arrivals::<StoreError>(wanted, &(taken..next), |labels, batch| {
                assert_eq!(labels.get("job"), Some("a"));
                for row in 0..batch.len() {
                    let line = String::from_utf8_lossy(batch.line(row)).into_owned();
                    let number: i64 = line.split(' ').next().unwrap().parse().unwrap();
                    *seen.entry(number).or_insert(0) += 1;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(gaps, Vec::<String>::new());
        taken = next;
        assert_eq!(seen.len() as i64, (round + 1) * 200);
    }
    assert!(seen.values().all(|times| *times == 1));
    store.shutdown();
}
