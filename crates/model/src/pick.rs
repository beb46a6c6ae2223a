use crate::{Batch, FieldColumn, Fields, Lines};

impl Batch {
    /// These rows in this order, each named once at most; column by column, since entries one by
    /// one would cost as much as packing them.
    #[must_use]
    pub fn pick(&self, rows: &[u32]) -> Self {
        // Where each old row has gone.
        let mut places = vec![None; self.len()];
        for (place, row) in (0..).zip(rows) {
            if let Some(slot) = places.get_mut(*row as usize) {
                *slot = Some(place);
            }
        }
        Self {
            timestamps: values(&self.timestamps, rows),
            arrivals: values(&self.arrivals, rows),
            lines: self.lines.as_ref().map(|all| lines(all, rows)),
            lengths: values(&self.lengths, rows),
            metadata: fields(&self.metadata, &places),
            auto: fields(&self.auto, &places),
            places: self.places.pick(rows.iter().map(|row| *row as usize)),
        }
    }
}

fn values<T: Copy>(column: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().filter_map(|row| column.get(*row as usize).copied()).collect()
}

fn lines(all: &Lines, rows: &[u32]) -> Lines {
    let num_bytes = rows.iter().map(|row| all.get(*row as usize).len() + 1).sum();
    let mut picked =
        Lines { bytes: Vec::with_capacity(num_bytes), ends: Vec::with_capacity(rows.len()) };
    rows.iter().for_each(|row| picked.push(all.get(*row as usize)));
    picked
}

fn fields(fields: &Fields, places: &[Option<u32>]) -> Fields {
    let columns = fields.columns().iter().map(|column| {
        let place = |row: &u32| places.get(*row as usize).copied().flatten();
        let mut order: Vec<(u32, usize)> = column
            .rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| Some((place(row)?, at)))
            .collect();
        order.sort_unstable();
        let mut picked = FieldColumn { name: column.name.clone(), ..FieldColumn::default() };
        picked.rows.reserve_exact(order.len());
        picked.ends.reserve_exact(order.len());
        picked.values.reserve_exact(order.iter().map(|(_, at)| column.value(*at).len()).sum());
        for (row, at) in order {
            picked.push(row, column.value(at));
        }
        picked
    });
    Fields::from_columns(columns.filter(|column| !column.rows.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{Batch, Entry, Place};

    #[test]
    fn rows_keep_all_their_columns() {
        let entry = |arrival: u64| Entry {
            timestamp: 100 - i64::from(arrival as u32),
            arrival,
            line: format!("line {arrival}").into_bytes(),
            metadata: match arrival % 2 {
                0 => vec![("even".into(), "yes".into())],
                _ => Vec::new(),
            },
            auto: vec![("seed".into(), arrival.to_string())],
            place: Some(Place { file: Arc::default(), offset: arrival * 100, len: 7 }),
        };
        let of = |arrivals: &[u64]| {
            let mut batch = Batch::default();
            arrivals.iter().for_each(|arrival| batch.push(&entry(*arrival)));
            batch
        };
        let all = of(&[0, 1, 2, 3, 4]);
        for rows in [&[0, 1, 2, 3, 4][..], &[4, 0, 3], &[1], &[3, 1]] {
            let arrivals: Vec<u64> = rows.iter().map(|row| u64::from(*row)).collect();
            assert_eq!(all.pick(rows), of(&arrivals), "{rows:?}");
        }
        assert!(all.pick(&[]).is_empty());
    }
}
