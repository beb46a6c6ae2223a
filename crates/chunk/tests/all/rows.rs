//! Putting batches together and taking them apart.

use std::sync::Arc;

use chunk::{between, merge, rows};
use model::{Batch, Entry, Place, TimeRange};

fn batch(entries: &[(i64, u64, &str)]) -> Batch {
    let entry = |&(timestamp, arrival, line): &(i64, u64, &str)| Entry {
        timestamp,
        arrival,
        line: line.into(),
        metadata: if line.is_empty() { vec![] } else { vec![("pod".into(), line.to_owned())] },
        auto: vec![(format!("n{}", arrival % 2), arrival.to_string())],
        place: (arrival != 2).then(|| Place { file: Arc::default(), offset: arrival, len: 1 }),
    };
    Batch::from_entries(entries.iter().map(entry).collect())
}

#[test]
fn merged_entries_are_in_order_with_all_they_carry() {
    let all = [(1, 4, "a"), (2, 1, ""), (2, 2, "b\nc"), (2, 3, "d"), (9, 0, "")];
    let expected = batch(&all);
    for split in
        [vec![all.to_vec()], vec![vec![all[0], all[3]], vec![all[4]], vec![all[1], all[2]]]]
    {
        let parts: Vec<Batch> = split.iter().map(|part| batch(part)).collect();
        assert_eq!(merge(&parts), expected, "{split:?}");
    }
    assert_eq!(merge(&[]), Batch::default());
    assert_eq!(merge(&[Batch::default(), batch(&all)]), batch(&all));
}

#[test]
fn a_column_that_one_batch_lacks_is_left_out() {
    let whole = batch(&[(1, 0, "ab"), (5, 1, "c")]);
    let counted = Batch { timestamps: vec![3], lengths: vec![7], ..Batch::default() };
    let merged = merge(&[whole.clone(), counted]);
    assert_eq!(merged.timestamps, [1, 3, 5]);
    assert_eq!((merged.arrivals, merged.lines, merged.lengths), (vec![], None, vec![2, 7, 1]));
    let bare = merge(&[whole, Batch { timestamps: vec![3], ..Batch::default() }]);
    assert_eq!((bare.timestamps.len(), bare.lines, bare.lengths), (3, None, vec![]));
}

#[test]
fn a_range_of_time_is_cut_out() {
    let all = [(1, 0, "a"), (2, 1, ""), (2, 2, "b\nc"), (7, 3, "d")];
    let whole = batch(&all);
    for (start, end, expected) in [
        (i64::MIN, i64::MAX, 0..4),
        (2, 7, 1..3),
        (2, 8, 1..4),
        (3, 7, 3..3),
        (8, 9, 4..4),
        (7, 2, 3..3),
    ] {
        let cut = between(&whole, TimeRange::new(start, end));
        let got: Vec<Entry> = (0..cut.len()).map(|row| cut.entry(row)).collect();
        let want: Vec<Entry> = expected.map(|row| whole.entry(row)).collect();
        assert_eq!(got, want, "{start}..{end}");
    }
    assert_eq!(rows(&whole, 2..99), rows(&between(&whole, TimeRange::new(2, 9)), 1..3));
}
