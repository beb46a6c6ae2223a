use std::collections::{BTreeMap, HashMap};

use chunk::{Encoded, Tail, keep_blocks, read_meta};
use model::{Batch, Labels};

use crate::Gathered;
use crate::matching::picked;

/// A chunk as it is stored.
#[derive(Debug)]
pub struct Stored {
    labels: Labels,
    bytes: Vec<u8>,
    /// The arrivals of those of its blocks that were read whole, by their place.
    blocks: Vec<(usize, Vec<u64>)>,
}

impl Stored {
    /// `blocks` are those that were read, by their place. None: it is damaged.
    pub fn new(chunk: Vec<u8>, blocks: &[(usize, Batch)]) -> Option<Self> {
        let Tail::Meta(meta) = read_meta(&chunk, chunk.len() as u64).ok()? else { return None };
        let whole = blocks.iter().filter(|(at, batch)| {
            meta.blocks.get(*at).is_some_and(|block| block.count as usize == batch.len())
        });
        let blocks = whole.map(|(at, batch)| (*at, batch.arrivals.clone())).collect();
        Some(Self { labels: meta.labels, bytes: chunk, blocks })
    }
}

/// What can go into the file as it is stored, since redaction left all of its entries alone, and
/// the entries that have to be packed anew. Both are of `after`, what is to be written; `before`
/// is what it was made of.
pub fn verbatim(
    stored: &[Stored],
    before: &Gathered,
    after: &Gathered,
) -> (Vec<Encoded>, BTreeMap<Labels, Batch>) {
    let mut kept = Vec::new();
    let mut rest = BTreeMap::new();
    for (labels, batch) in &after.streams {
        let same = before.streams.get(labels).map_or_else(HashMap::new, |was| same(was, batch));
        // Two chunks may hold the same entry for a moment, while they are merged.
        let mut taken = vec![false; batch.len()];
        for chunk in stored.iter().filter(|chunk| chunk.labels == *labels) {
            // The rows of a block, if all of them are what they were and in no other chunk.
            let rows = |arrivals: &Vec<u64>| {
                let rows: Option<Vec<usize>> =
                    arrivals.iter().map(|arrival| same.get(arrival).copied()).collect();
                rows.filter(|rows| rows.iter().all(|row| taken.get(*row) == Some(&false)))
            };
            let blocks: BTreeMap<usize, Vec<usize>> = chunk
                .blocks
                .iter()
                .filter_map(|(at, arrivals)| Some((*at, rows(arrivals)?)))
                .collect();
            let Some(encoded) = keep_blocks(&chunk.bytes, |at| blocks.contains_key(&at)) else {
                continue;
            };
            kept.push(encoded);
            for row in blocks.into_values().flatten() {
                if let Some(taken) = taken.get_mut(row) {
                    *taken = true;
                }
            }
        }
        let left = picked(batch, |row| taken.get(row) == Some(&false));
        if !left.is_empty() {
            rest.insert(labels.clone(), left);
        }
    }
    (kept, rest)
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
