use chunk::ChunkId;

use crate::store::catalogue::CorruptChunk;
use crate::store::shared::Shared;

/// Takes a damaged chunk out of the index, says what is missing, and moves its file out of the
/// way.
pub(crate) fn set_aside(shared: &Shared, id: ChunkId, reason: &str) {
    if let Err(error) = shared.folder.set_aside(&shared.folder.path(id)) {
        tracing::error!(%error, chunk = %id, "a damaged chunk cannot be set aside");
    }
    leave_out(shared, id, reason);
}

/// The same in a folder that may not be changed.
pub(crate) fn leave_out(shared: &Shared, id: ChunkId, reason: &str) {
    let mut catalogue = shared.write();
    if let Some((labels, chunk)) = catalogue.remove_chunk(id) {
        let entry = CorruptChunk {
            labels: Some(labels),
            entries: Some(chunk.num_entries()),
            span: Some((chunk.first(), chunk.last())),
            reason: reason.to_owned(),
        };
        catalogue.corrupt.insert(id.to_string(), entry);
    }
}
