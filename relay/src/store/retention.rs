use std::collections::BTreeSet;

use chunk::ChunkId;

use crate::store::StoreOptions;
use crate::store::shared::Shared;

/// A chunk as retention sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kept<Id> {
    pub id: Id,
    pub size: u64,
    /// When its entries were taken at the latest, nanoseconds since 1970.
    pub taken: i64,
}

/// What may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Chunks taken before this go.
    pub oldest: i64,
    /// All chunks together, in bytes.
    pub bytes: Option<u64>,
}

/// The chunks that go: those that are too old, then the oldest until the rest is small enough.
pub(crate) fn plan<Id: Copy>(mut chunks: Vec<Kept<Id>>, limits: Limits) -> Vec<Id> {
    chunks.sort_by_key(|chunk| chunk.taken);
    let mut total: u64 = chunks.iter().map(|chunk| chunk.size).sum();
    let goes = |chunk: &&Kept<Id>| {
        let is_over = limits.bytes.is_some_and(|bytes| total > bytes);
        let goes = chunk.taken < limits.oldest || is_over;
        if goes {
            total -= chunk.size;
        }
        goes
    };
    chunks.iter().filter(goes).map(|chunk| chunk.id).collect()
}

/// How long entries stay, in nanoseconds.
pub(crate) fn age_ns(options: &StoreOptions) -> i64 {
    i64::try_from(options.retention.as_nanos()).unwrap_or(i64::MAX)
}

/// Removes what may not stay any longer. `journal_bytes` count to the limit, too.
pub(crate) fn apply(shared: &Shared, journal_bytes: u64, now: i64) {
    let options = &shared.options;
    let limits = Limits {
        oldest: now.saturating_sub(age_ns(options)),
        bytes: options.retention_bytes.map(|bytes| bytes.saturating_sub(journal_bytes)),
    };
    let catalogue = shared.read();
    let chunks = catalogue.streams().iter().flat_map(|stream| &stream.chunks);
    let kept = |chunk: &std::sync::Arc<crate::store::chunk_file::StoredChunk>| Kept {
        id: chunk.id,
        size: chunk.size,
        taken: chunk.taken,
    };
    let going: BTreeSet<ChunkId> = plan(chunks.map(kept).collect(), limits).into_iter().collect();
    drop(catalogue);
    for id in going {
        // Out of the index first: a reader that still has its name is told that it is gone.
        shared.write().remove_chunk(id);
        if let Err(error) = shared.folder.remove(id) {
            tracing::warn!(%error, chunk = %id, "a chunk that is too old cannot be removed");
        }
    }
    remove_old_corrupt(shared, limits.oldest);
}

/// What was set aside goes with its age as well.
fn remove_old_corrupt(shared: &Shared, oldest: i64) {
    let Ok(entries) = std::fs::read_dir(shared.folder.corrupt()) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|at| crate::store::chunk_file::nanos(at) < oldest) {
            let path = entry.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            shared.write().corrupt.remove(&name);
            std::fs::remove_file(path).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_goes_first_then_size() {
        // Age, size; the number is the name.
        let chunks = [(50, 10), (10, 10), (30, 10), (20, 10)];
        for (oldest, bytes, expected) in [
            (0, None, &[][..]),
            (20, None, &[1]),
            (0, Some(40), &[]),
            (0, Some(39), &[1]),
            (0, Some(15), &[1, 3, 2]),
            (25, Some(15), &[1, 3, 2]),
            (25, Some(20), &[1, 3]),
            (0, Some(0), &[1, 3, 2, 0]),
            (100, None, &[1, 3, 2, 0]),
        ] {
            let kept = chunks.iter().enumerate().map(|(id, (taken, size))| Kept {
                id,
                size: *size,
                taken: *taken,
            });
            let going = plan(kept.collect(), Limits { oldest, bytes });
            assert_eq!(going, expected, "oldest {oldest}, bytes {bytes:?}");
        }
    }
}
