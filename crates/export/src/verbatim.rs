use std::collections::{BTreeMap, HashMap};

use chunk::{ChunkMeta, without_places};
use model::{Batch, Labels};

use crate::Gathered;
use crate::matching::picked;

/// A chunk as it is stored, of which every entry was picked.
#[derive(Debug)]
pub struct Stored {
    pub bytes: Vec<u8>,
    pub meta: ChunkMeta,
    arrivals: Vec<u64>,
}

impl Stored {
    /// None: some of its entries are not in `batches`, or it is damaged.
    pub fn new(chunk: &[u8], batches: &[Batch]) -> Option<Self> {
        let stripped = without_places(chunk)?;
        let arrivals: Vec<u64> =
            batches.iter().flat_map(|batch| &batch.arrivals).copied().collect();
        let is_whole = arrivals.len() as u64 == stripped.meta.num_entries();
        is_whole.then_some(Self { bytes: stripped.bytes, meta: stripped.meta, arrivals })
    }
}

/// The chunks that can go into the file as they are, since redaction left all of their entries
/// alone, as places in `stored`, and the entries that are in none of them. `before` and `after` are what was gathered and
/// what is to be written.
pub fn verbatim(
    stored: &[Stored],
    before: &Gathered,
    after: &Gathered,
) -> (Vec<usize>, BTreeMap<Labels, Batch>) {
    let mut chosen = Vec::new();
    let mut rest = BTreeMap::new();
    for (labels, batch) in &after.streams {
        let of_stream = stored.iter().enumerate().filter(|(_, chunk)| chunk.meta.labels == *labels);
        let same = before.streams.get(labels).map_or_else(HashMap::new, |was| same(was, batch));
        // Two chunks may hold the same entry for a moment, while they are merged.
        let mut taken = vec![false; batch.len()];
        for (at, chunk) in of_stream {
            let rows: Option<Vec<usize>> =
                chunk.arrivals.iter().map(|arrival| same.get(arrival).copied()).collect();
            let is_free = |row: &usize| taken.get(*row) == Some(&false);
            let Some(rows) = rows.filter(|rows| rows.iter().all(is_free)) else { continue };
            for row in rows {
                if let Some(taken) = taken.get_mut(row) {
                    *taken = true;
                }
            }
            chosen.push(at);
        }
        let left = picked(batch, |row| taken.get(row) == Some(&false));
        if !left.is_empty() {
            rest.insert(labels.clone(), left);
        }
    }
    (chosen, rest)
}

/// By arrival, the rows of `after` that say what they said before.
fn same(before: &Batch, after: &Batch) -> HashMap<u64, usize> {
    let has_same_fields = before.metadata == after.metadata && before.auto == after.auto;
    let fields = |batch: &Batch, row: usize| {
        let Ok(row) = u32::try_from(row) else { return Vec::new() };
        let all = batch.metadata.row(row).chain([("", "")]).chain(batch.auto.row(row));
        all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let was: HashMap<u64, usize> =
        before.arrivals.iter().enumerate().map(|(row, arrival)| (*arrival, row)).collect();
    let rows = after.arrivals.iter().enumerate().filter_map(|(row, arrival)| {
        let old = *was.get(arrival)?;
        let is_same = before.timestamps.get(old) == after.timestamps.get(row)
            && before.line(old) == after.line(row)
            && ((old == row && has_same_fields) || fields(before, old) == fields(after, row));
        is_same.then_some((*arrival, row))
    });
    rows.collect()
}
