use std::borrow::Cow;

use model::{Batch, FieldColumn, Fields, Lines};

/// The rows of `batch` in order of (timestamp, arrival), column by column: entries one by one
/// would cost as much as packing them.
pub(crate) fn sorted(batch: &Batch) -> Cow<'_, Batch> {
    let key = |row: usize| (batch.timestamps.get(row), batch.arrivals.get(row));
    if (1..batch.len()).all(|row| key(row - 1) <= key(row)) {
        return Cow::Borrowed(batch);
    }
    let mut rows: Vec<usize> = (0..batch.len()).collect();
    rows.sort_unstable_by_key(|row| key(*row));
    // Where each old row has gone.
    let mut places = vec![0_u32; rows.len()];
    for (place, row) in rows.iter().enumerate() {
        if let Some(slot) = places.get_mut(*row) {
            *slot = u32::try_from(place).unwrap_or(u32::MAX);
        }
    }
    Cow::Owned(Batch {
        timestamps: pick(&batch.timestamps, &rows),
        arrivals: pick(&batch.arrivals, &rows),
        lines: batch.lines.as_ref().map(|lines| {
            let mut sorted = Lines::default();
            sorted.bytes.reserve_exact(lines.bytes.len());
            sorted.ends.reserve_exact(lines.ends.len());
            rows.iter().for_each(|row| sorted.push(lines.get(*row)));
            sorted
        }),
        lengths: pick(&batch.lengths, &rows),
        metadata: moved(&batch.metadata, &places),
        auto: moved(&batch.auto, &places),
        places: batch.places.pick(rows.iter().copied()),
    })
}

fn pick<T: Copy>(column: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|row| column.get(*row).copied()).collect()
}

fn moved(fields: &Fields, places: &[u32]) -> Fields {
    let columns = fields.columns().iter().map(|column| {
        let place = |row: &u32| places.get(*row as usize).copied().unwrap_or(u32::MAX);
        let mut order: Vec<(u32, usize)> =
            column.rows.iter().enumerate().map(|(at, row)| (place(row), at)).collect();
        order.sort_unstable();
        let mut sorted = FieldColumn { name: column.name.clone(), ..FieldColumn::default() };
        sorted.values.reserve_exact(column.values.len());
        for (row, at) in order {
            sorted.rows.push(row);
            sorted.values.push_str(column.value(at));
            sorted.ends.push(u32::try_from(sorted.values.len()).unwrap_or(u32::MAX));
        }
        sorted
    });
    Fields::from_columns(columns.collect())
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
