use std::collections::BTreeMap;
use std::ops::Range;

use model::{Batch, FieldColumn, Fields, Lines, TimeRange};

/// The entries of all batches as one, in order of (timestamp, arrival). A column that one of them
/// did not read is not in the result.
pub fn merge(batches: &[Batch]) -> Batch {
    let filled = || batches.iter().filter(|batch| !batch.is_empty());
    let mut order: Vec<(i64, u64, usize, usize)> = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        let arrivals = batch.arrivals.iter().copied().chain(std::iter::repeat(0));
        let keys = batch.timestamps.iter().zip(arrivals).enumerate();
        order.extend(keys.map(|(row, (timestamp, arrival))| (*timestamp, arrival, at, row)));
    }
    // By key, and of equal keys as they came: the sort is stable.
    order.sort_by_key(|(timestamp, arrival, ..)| (*timestamp, *arrival));

    let mut merged = Batch::default();
    let has_arrivals = filled().all(|b| b.arrivals.len() == b.len());
    let has_lines = filled().all(|b| b.lines.is_some()) && !order.is_empty();
    let has_lengths = filled().all(|b| b.lines.is_some() || b.lengths.len() == b.len());
    let mut lines = Lines::default();
    let mut new_rows: Vec<Vec<u32>> = batches.iter().map(|b| vec![0; b.len()]).collect();
    for (new_row, (timestamp, arrival, at, row)) in (0_u32..).zip(&order) {
        let Some(batch) = batches.get(*at) else { continue };
        merged.timestamps.push(*timestamp);
        if has_arrivals {
            merged.arrivals.push(*arrival);
        }
        if has_lines {
            lines.push(batch.line(*row));
        } else if has_lengths {
            merged.lengths.push(u32::try_from(batch.line_len(*row)).unwrap_or(u32::MAX));
        }
        if let Some((file, offset, len)) = batch.places.part(*row) {
            merged.places.push(new_row as usize, file, offset, len);
        }
        if let Some(place) = new_rows.get_mut(*at).and_then(|rows| rows.get_mut(*row)) {
            *place = new_row;
        }
    }
    merged.lines = has_lines.then_some(lines);
    merged.metadata = merge_fields(batches.iter().map(|b| &b.metadata), &new_rows);
    merged.auto = merge_fields(batches.iter().map(|b| &b.auto), &new_rows);
    merged
}

fn merge_fields<'a>(all: impl Iterator<Item = &'a Fields>, new_rows: &[Vec<u32>]) -> Fields {
    let mut values: BTreeMap<&str, Vec<(u32, &str)>> = BTreeMap::new();
    for (fields, new_rows) in all.zip(new_rows) {
        for column in fields.columns() {
            let of_name = values.entry(&column.name).or_default();
            let rows = column.rows.iter().map(|row| new_rows.get(*row as usize));
            of_name
                .extend(rows.enumerate().filter_map(|(at, row)| Some((*row?, column.value(at)))));
        }
    }
    let columns = values.into_iter().map(|(name, mut values)| {
        values.sort_unstable_by_key(|(row, _)| *row);
        column(name, values.into_iter())
    });
    Fields::from_columns(columns.collect())
}

fn column<'a>(name: &str, values: impl Iterator<Item = (u32, &'a str)>) -> FieldColumn {
    let mut column = FieldColumn { name: name.to_owned(), ..FieldColumn::default() };
    for (row, value) in values {
        column.push(row, value);
    }
    column
}

/// The entries of `batch` within `range`, which lie together.
pub fn between(batch: &Batch, range: TimeRange) -> Batch {
    let before = |ts: i64| batch.timestamps.partition_point(|t| *t < ts);
    rows(batch, before(range.start.0)..before(range.end.0))
}

/// The entries `at` of `batch`; those beyond its end are not there.
pub fn rows(batch: &Batch, at: Range<usize>) -> Batch {
    let end = at.end.min(batch.len());
    let at = at.start.min(end)..end;
    Batch {
        timestamps: batch.timestamps.get(at.clone()).unwrap_or_default().to_vec(),
        arrivals: batch.arrivals.get(at.clone()).unwrap_or_default().to_vec(),
        lines: batch.lines.as_ref().map(|lines| line_rows(lines, at.clone())),
        lengths: batch.lengths.get(at.clone()).unwrap_or_default().to_vec(),
        metadata: field_rows(&batch.metadata, at.clone()),
        places: batch.places.pick(at.clone()),
        auto: field_rows(&batch.auto, at),
    }
}

fn line_rows(lines: &Lines, at: Range<usize>) -> Lines {
    let start = lines.start(at.start);
    let bytes = lines.bytes.get(start..lines.start(at.end)).unwrap_or_default().to_vec();
    let ends = lines.ends.get(at).unwrap_or_default();
    Lines { bytes, ends: ends.iter().map(|end| end.saturating_sub(start as u32)).collect() }
}

fn field_rows(fields: &Fields, at: Range<usize>) -> Fields {
    let columns = fields.columns().iter().map(|all| {
        let place = |row: usize| all.rows.partition_point(|r| (*r as usize) < row);
        let within = place(at.start)..place(at.end);
        column(
            &all.name,
            within.filter_map(|i| Some((all.rows.get(i)? - at.start as u32, all.value(i)))),
        )
    });
    Fields::from_columns(columns.filter(|c| !c.rows.is_empty()).collect())
}
