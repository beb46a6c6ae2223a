use std::borrow::Cow;

use model::Batch;

/// The rows of `batch` in order of (timestamp, arrival).
pub(crate) fn sorted(batch: &Batch) -> Cow<'_, Batch> {
    let key = |row: usize| (batch.timestamps.get(row), batch.arrivals.get(row));
    if (1..batch.len()).all(|row| key(row - 1) <= key(row)) {
        return Cow::Borrowed(batch);
    }
    let mut rows: Vec<u32> = (0..).take(batch.len()).collect();
    rows.sort_unstable_by_key(|row| key(*row as usize));
    Cow::Owned(batch.pick(&rows))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Entry, Place};

    use super::*;

    #[test]
    fn columns_are_sorted_as_entries_are() {
        let entry = |timestamp, arrival: u64| Entry {
            timestamp,
            arrival,
            line: format!("line {arrival}").into_bytes(),
            metadata: arrival
                .is_multiple_of(2)
                .then(|| ("even".into(), "yes".into()))
                .into_iter()
                .collect(),
            auto: vec![("seed".into(), arrival.to_string())],
            place: Some(Place { file: Arc::default(), offset: arrival * 100, len: 7 }),
        };
        let entries: Vec<Entry> =
            (0..50).map(|arrival| entry(i64::from(arrival as u32 * 7 % 11), arrival)).collect();
        let mut unsorted = Batch::default();
        entries.iter().for_each(|entry| unsorted.push(entry));
        assert_eq!(*sorted(&unsorted), Batch::from_entries(entries));
    }
}
