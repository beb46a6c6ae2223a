use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use chunk::EncodeError;
use model::{Batch, Labels};

use super::thread::Command;
use crate::store::chunk_file::{ChunkFolder, StoredChunk};
use crate::store::codec::Zstd;
use crate::store::order::sorted;

/// How sealed chunks are packed. Higher levels pack a tenth better and take three times as long.
pub(crate) const LEVEL: i32 = 3;

/// Nothing to do for so long, and memory is given back.
const IDLE: Duration = Duration::from_secs(2);

/// Slow work that the ingest thread hands away: packing, and waiting for the disk.
#[derive(Debug)]
pub(super) enum Job {
    Seal {
        stream: usize,
        labels: Labels,
        batch: Arc<Batch>,
        /// To be synced before the chunk gets its name.
        journal: File,
    },
    Sync(File),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("cannot pack a chunk")]
    Encode(#[from] EncodeError),
    #[error("cannot write a chunk")]
    Write(#[from] io::Error),
}

/// Does jobs until there are no more to come.
pub(super) fn keep(folder: &ChunkFolder, jobs: &Receiver<Job>, done: &SyncSender<Command>) {
    let mut codec = Zstd::new(LEVEL);
    loop {
        let job = match jobs.recv_timeout(IDLE) {
            Ok(job) => job,
            Err(RecvTimeoutError::Timeout) => {
                // Its tables are megabytes, which an idle relay does not need.
                codec = Zstd::new(LEVEL);
                match jobs.recv() {
                    Ok(job) => job,
                    Err(_) => return,
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        match job {
            Job::Seal { stream, labels, batch, journal } => {
                let result = seal(folder, &labels, &batch, &journal, &mut codec);
                drop(batch);
                if done.send(Command::Sealed { stream, result }).is_err() {
                    return;
                }
            }
            Job::Sync(file) => {
                if let Err(error) = file.sync_data() {
                    tracing::error!(%error, "the journal cannot be synced to the disk");
                }
            }
        }
    }
}

fn seal(
    folder: &ChunkFolder,
    labels: &Labels,
    batch: &Batch,
    journal: &File,
    codec: &mut Zstd,
) -> Result<StoredChunk, SealError> {
    let encoded = chunk::encode(labels, &sorted(batch), chunk::Options::default(), codec)?;
    // The journal must never know less than the chunks: their entries are found again by the
    // arrival numbers that the journal gives.
    Ok(folder.write(encoded, || journal.sync_data())?)
}
