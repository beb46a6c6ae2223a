use chunk::ChunkId;

use super::plan::{Kept, Limits, Why, plan};
use crate::store::catalogue::Catalogue;
use crate::store::chunk_file::nanos;
use crate::store::shared::Shared;

/// What goes now. `journal_bytes` count to the limit, too.
pub(super) fn going(
    catalogue: &Catalogue,
    journal_bytes: u64,
    now: i64,
) -> Vec<(Kept<ChunkId>, Why)> {
    let policy = catalogue.policy();
    let bytes = policy.bytes.map(|bytes| bytes.saturating_sub(journal_bytes));
    plan(kept(catalogue).collect(), &Limits::at(now, &policy.ages_ns(), bytes))
}

/// All chunks, as retention sees them.
pub(super) fn kept(catalogue: &Catalogue) -> impl Iterator<Item = Kept<ChunkId>> {
    catalogue.streams().iter().flat_map(|stream| {
        stream.chunks.iter().map(|chunk| Kept {
            id: chunk.id,
            rule: stream.rule,
            size: chunk.size,
            taken: chunk.taken,
        })
    })
}

/// Removes what may not stay any longer.
pub(crate) fn apply(shared: &Shared, journal_bytes: u64, now: i64) {
    let going = going(&shared.read(), journal_bytes, now);
    for (chunk, _) in going {
        // Out of the index first: a reader that still has its name is told that it is gone.
        shared.write().remove_chunk(chunk.id);
        if let Err(error) = shared.folder.remove(chunk.id) {
            tracing::warn!(%error, chunk = %chunk.id, "a chunk that is too old cannot be removed");
        }
    }
    let longest = shared.read().policy().longest_ns();
    remove_old_corrupt(shared, now.saturating_sub(longest));
}

/// What was set aside goes with its age as well.
fn remove_old_corrupt(shared: &Shared, oldest: i64) {
    let Ok(entries) = std::fs::read_dir(shared.folder.corrupt()) else { return };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|at| nanos(at) < oldest) {
            let path = entry.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            shared.write().corrupt.remove(&name);
            std::fs::remove_file(path).ok();
        }
    }
}
