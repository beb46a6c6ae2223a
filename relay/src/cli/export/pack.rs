use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chunk::{Encoded, Options};
use model::{Batch, Labels};

use crate::cli::failure::Failure;
use crate::store::Zstd;

/// As dense as the page still unpacks at full speed: nobody waits for a report every day.
const LEVEL: i32 = 19;
const OPTIONS: Options = Options { block_bytes: 2 << 20 };
/// Lines of one chunk: the workers of the page share a large stream between them.
const CHUNK_BYTES: usize = 16 << 20;

/// Packs all streams, in order of their labels and of time. The same entries give the same bytes,
/// on however many cores.
pub fn pack(streams: &BTreeMap<Labels, Batch>) -> Result<Vec<Encoded>, Failure> {
    let jobs: Vec<(&Labels, Batch)> = streams
        .iter()
        .flat_map(|(labels, batch)| {
            cuts(batch).into_iter().map(move |rows| (labels, chunk::rows(batch, rows)))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let packed: Mutex<BTreeMap<usize, Result<Encoded, chunk::EncodeError>>> = Mutex::default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores.min(jobs.len()) {
            scope.spawn(|| {
                let mut codec = Zstd::new(LEVEL);
                while let Some((at, (labels, batch))) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(at).map(|job| (at, job))
                } {
                    let encoded = chunk::encode(labels, batch, OPTIONS, &mut codec);
                    let mut packed =
                        packed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    packed.insert(at, encoded);
                }
            });
        }
    });
    let packed = packed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    packed
        .into_values()
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::failed(format!("the entries cannot be packed: {error}")))
}

/// Where a stream is cut into chunks.
fn cuts(batch: &Batch) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for row in 0..batch.len() {
        bytes += batch.line_len(row) + 1;
        if bytes >= CHUNK_BYTES {
            cuts.push(start..row + 1);
            (start, bytes) = (row + 1, 0);
        }
    }
    if start < batch.len() {
        cuts.push(start..batch.len());
    }
    cuts
}

#[cfg(test)]
mod tests {
    use model::Entry;

    use super::*;

    #[test]
    fn a_long_stream_becomes_several_chunks_with_every_entry_once() {
        let entry = |n: u64| Entry {
            timestamp: i64::try_from(n).unwrap(),
            arrival: n,
            line: vec![b'x'; 4 << 20],
            ..Entry::default()
        };
        let batch = Batch::from_entries((0..9).map(entry).collect());
        assert_eq!(cuts(&batch), [0..4, 4..8, 8..9]);
        assert!(cuts(&Batch::default()).is_empty());
        let streams = BTreeMap::from([(Labels::from([("job", "a")]), batch)]);
        let packed = pack(&streams).unwrap();
        let counts: Vec<u32> =
            packed.iter().map(|c| c.meta.blocks.iter().map(|block| block.count).sum()).collect();
        assert_eq!(counts, [4, 4, 1]);
        let ids = |packed: &[Encoded]| packed.iter().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(ids(&packed), ids(&pack(&streams).unwrap()));
    }
}
