use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{Batch, Columns, Labels, Place};

use crate::store::Store;
use crate::store::chunk_file::StoredChunk;
use crate::store::codec::Zstd;

const COLUMNS: Columns = Columns {
    arrivals: true,
    places: true,
    lines: false,
    lengths: false,
    metadata: false,
    auto: false,
};

/// An entry that has a byte of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    pub labels: Labels,
    pub timestamp: i64,
    pub arrival: u64,
    pub place: Place,
}

impl Store {
    /// Where entries stand in the files they were read from, by arrival number; what was pushed
    /// stands nowhere. Entries are named by the labels of their stream, timestamp and arrival.
    pub fn places<'a>(
        &self,
        entries: impl IntoIterator<Item = (&'a Labels, i64, u64)>,
    ) -> BTreeMap<u64, Place> {
        let mut by_stream: BTreeMap<&Labels, BTreeSet<(i64, u64)>> = BTreeMap::new();
        for (labels, timestamp, arrival) in entries {
            by_stream.entry(labels).or_default().insert((timestamp, arrival));
        }
        let mut found = BTreeMap::new();
        for (labels, wanted) in by_stream {
            self.places_of(labels, &wanted, &mut found);
        }
        found
    }

    fn places_of(
        &self,
        labels: &Labels,
        wanted: &BTreeSet<(i64, u64)>,
        found: &mut BTreeMap<u64, Place>,
    ) {
        let chunks: Vec<Arc<StoredChunk>> = {
            let catalogue = self.shared.read();
            let Some(stream) = catalogue.by_labels(labels) else { return };
            for (_, arrival) in wanted {
                found.extend(stream.head.place(*arrival).map(|place| (*arrival, place)));
            }
            stream.chunks.clone()
        };
        let mut codec = Zstd::new(1);
        for chunk in chunks {
            for block in &chunk.blocks {
                let arrivals = block.first_arrival..=block.last_arrival;
                let here: BTreeSet<u64> = wanted
                    .range((block.first, 0)..=(block.last, u64::MAX))
                    .map(|(_, arrival)| *arrival)
                    .filter(|arrival| arrivals.contains(arrival) && !found.contains_key(arrival))
                    .collect();
                if here.is_empty() || block.section(chunk::Column::Places).is_none() {
                    continue;
                }
                let want = chunk::Want { columns: COLUMNS, auto_fields: None };
                let folder = &self.shared.folder;
                let read =
                    folder.read_block(chunk.id, block.count, &block.sections, want, &mut codec);
                // Who reads its lines is told that it is damaged.
                let Ok(batch) = read else { continue };
                let rows = batch.arrivals.iter().enumerate().filter(|(_, a)| here.contains(a));
                found.extend(rows.filter_map(|(row, a)| Some((*a, batch.places.get(row)?))));
            }
        }
    }

    /// The entry that has byte `offset` of a file, its line end included, or None: it is of no
    /// entry (blank, a frame of a bar), or not kept any more. Where the file was written anew under
    /// the same name, the newest entry; `inode` leaves out those of other files.
    pub fn covering(&self, path: &str, inode: Option<u64>, offset: u64) -> Option<Covered> {
        let is_here = |batch: &Batch, row: usize| {
            batch.places.part(row).is_some_and(|(file, start, len)| {
                file.path == path
                    && inode.is_none_or(|inode| file.inode == inode)
                    && (start..=start.saturating_add(u64::from(len))).contains(&offset)
            })
        };
        let newest = |labels: &Labels, batch: &Batch| {
            let rows = (0..batch.len()).filter(|row| is_here(batch, *row));
            let row = rows.max_by_key(|row| batch.arrivals.get(*row))?;
            Some(Covered {
                labels: labels.clone(),
                timestamp: *batch.timestamps.get(row)?,
                arrival: *batch.arrivals.get(row)?,
                place: batch.places.get(row)?,
            })
        };
        let mut found: Option<Covered> = None;
        let mut blocks: Vec<(Labels, Arc<StoredChunk>, usize)> = Vec::new();
        {
            let catalogue = self.shared.read();
            for stream in catalogue.streams() {
                // Stages may have taken the label away.
                if stream.labels.get("filename").is_some_and(|name| name != path) {
                    continue;
                }
                let in_head = newest(&stream.labels, &stream.head.snapshot());
                found = [found, in_head].into_iter().flatten().max_by_key(|c| c.arrival);
                for chunk in &stream.chunks {
                    let ats = 0..chunk.blocks.len();
                    blocks.extend(ats.map(|at| (stream.labels.clone(), Arc::clone(chunk), at)));
                }
            }
        }
        let last = |chunk: &StoredChunk, at: usize| chunk.blocks.get(at).map(|b| b.last_arrival);
        blocks.sort_by_key(|(_, chunk, at)| std::cmp::Reverse(last(chunk, *at)));
        let mut codec = Zstd::new(1);
        for (labels, chunk, at) in blocks {
            let Some(block) = chunk.blocks.get(at) else { continue };
            if found.as_ref().is_some_and(|found| found.arrival > block.last_arrival) {
                break;
            }
            if block.section(chunk::Column::Places).is_none() {
                continue;
            }
            let want = chunk::Want { columns: COLUMNS, auto_fields: None };
            let folder = &self.shared.folder;
            let read = folder.read_block(chunk.id, block.count, &block.sections, want, &mut codec);
            if let Ok(batch) = read {
                let in_block = newest(&labels, &batch);
                found = [found, in_block].into_iter().flatten().max_by_key(|c| c.arrival);
            }
        }
        found
    }
}
