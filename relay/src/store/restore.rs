use std::io;
use std::path::Path;
use std::sync::Arc;

use chunk::Column;
use model::{Columns, Labels};

use crate::ingest::core::{Core, Input};
use crate::journal::{Damage, OpenEntry, PipedEntries, Record, Replay, newest_segment, unpack};
use crate::store::StoreError;
use crate::store::catalogue::{Catalogue, CorruptChunk};
use crate::store::chunk_file::{ChunkFolder, LoadError, StoredChunk, id_of, load, load_listed};
use crate::store::codec::Zstd;
use crate::store::list::List;
use crate::store::tidy::{self, Marks};

/// What a data folder holds.
pub(crate) struct Restored {
    pub catalogue: Catalogue,
    pub core: Core,
    /// The segment that was read, with its number; None when there was none that can be gone on
    /// with.
    pub journal: Option<(u64, Replay)>,
    /// The highest number of a segment, whole or not.
    pub last_segment: u64,
    pub damage: Option<Damage>,
}

/// How often a folder is listed that changes while it is read.
const ROUNDS: usize = 3;

/// Whether the folder may be changed while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Owner,
    Reader,
}

/// Reads chunks and journal. The journal goes first, then every chunk takes its entries out of
/// the heads: a chunk got its name before the journal could say so, see [`crate::journal`]. `core`
/// has seen nothing yet.
pub(crate) fn restore(dir: &Path, core: Core, access: Access) -> Result<Restored, StoreError> {
    let mut restored = Restored {
        catalogue: Catalogue::default(),
        core,
        journal: None,
        last_segment: 0,
        damage: None,
    };
    let journal = dir.join("journal");
    let fail = |path: &Path| StoreError::file("read the journal", path);
    match newest_segment(&journal) {
        Ok(Some((number, path))) => {
            restored.last_segment = number;
            let mut replay = Replay::open(&path).map_err(fail(&path))?;
            restored.replay(&mut replay).map_err(fail(&path))?;
            restored.damage = replay.damage().cloned();
            if replay.has_checkpoint() {
                restored.journal = Some((number, replay));
            }
        }
        Ok(None) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail(&journal)(error)),
    }
    restored.load_chunks(dir, access)?;
    restored.core.publish_all_sessions(&mut restored.catalogue);
    Ok(restored)
}

impl Restored {
    fn replay(&mut self, replay: &mut Replay) -> io::Result<()> {
        let mut codec = Zstd::new(1);
        while let Some(record) = replay.next()? {
            self.apply(record, &mut codec);
        }
        Ok(())
    }

    fn apply(&mut self, record: Record, codec: &mut Zstd) {
        match record {
            Record::Checkpoint(state) => self.core.restore(*state),
            Record::Head { labels, epoch, revision, taken, closed, mut open } => {
                let at = self.catalogue.stream_of(&labels);
                for open in &mut open {
                    self.core.set_open(open.file, at);
                    if let Some(source) = self.core.source(open.file) {
                        open.source = Arc::clone(source);
                    }
                }
                if let Some(stream) = self.catalogue.stream_mut(at) {
                    let head = &mut stream.head;
                    (head.epoch, head.revision) = (epoch, revision);
                    load_head(head, &closed, open, taken, codec);
                }
            }
            Record::CheckpointEnd => {}
            Record::File(state) => self.core.add_file(*state),
            Record::Bytes { file, now, bytes, .. } => {
                // The frame's checksum was right, so that this unpacks.
                if let Ok(bytes) = unpack(bytes, codec) {
                    self.input(file, Input::Bytes(&bytes), now);
                }
            }
            Record::Settle { file, now } => self.input(file, Input::Settle, now),
            Record::Finish { file, now } => self.input(file, Input::Finish, now),
            Record::Piped { now, files, entries } => {
                // The frame's checksum was right, so that this unpacks and can be read.
                let unpacked = unpack(entries, codec).unwrap_or_default();
                let entries: PipedEntries = postcard::from_bytes(&unpacked).unwrap_or_default();
                self.core.piped(files, entries, now, &mut self.catalogue, false);
            }
            Record::Push { now, streams } => {
                self.core.push(streams, now, &mut self.catalogue, false);
            }
            Record::Sealed { labels, count, now } => {
                let at = self.catalogue.stream_of(&labels);
                if let Some(stream) = self.catalogue.stream_mut(at) {
                    stream.head.drop_first(usize::try_from(count).unwrap_or(usize::MAX), now);
                }
            }
        }
    }

    fn input(&mut self, file: u64, input: Input<'_>, now: i64) {
        let changes = self.core.detect(file, input, now);
        self.core.apply(changes, &mut self.catalogue, false);
    }

    fn load_chunks(&mut self, dir: &Path, access: Access) -> Result<(), StoreError> {
        let folder = &ChunkFolder::of(dir);
        let mut loaded = Vec::new();
        for round in 1.. {
            loaded.clear();
            let vanished = self.load_round(dir, folder, access, &mut loaded)?;
            // The relay that owns the folder has merged or removed what was listed: what it has
            // put in their place is not known yet.
            if vanished == 0 || round == ROUNDS {
                break;
            }
        }
        let mut codec = Zstd::new(1);
        loaded.sort_by_key(|(_, chunk)| (chunk.taken, chunk.last_arrival()));
        for (labels, chunk) in loaded {
            let at = self.catalogue.stream_of(&labels);
            self.take_out(at, folder, &chunk, &mut codec);
            self.core.skip_arrivals(chunk.last_arrival() + 1);
            self.catalogue.add_chunk(at, chunk);
        }
        self.list_corrupt(folder);
        Ok(())
    }

    /// Loads all chunks that count; how many went while they were loaded.
    fn load_round(
        &mut self,
        dir: &Path,
        folder: &ChunkFolder,
        access: Access,
        loaded: &mut Vec<(Labels, StoredChunk)>,
    ) -> Result<usize, StoreError> {
        let fail = |action| StoreError::file(action, folder.corrupt());
        let mut listed = match folder.list(access == Access::Owner) {
            Ok(listed) => listed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(fail("list the chunks")(error)),
        };
        if access == Access::Reader {
            // A folder that changes is not listed as of one moment: looked for after the chunks,
            // the mark of each is found.
            listed.marks = folder.list(false).map_err(fail("list the chunks"))?.marks;
        }
        let list = List::read(dir);
        let marks = Marks::of(folder, &listed, |path| load_listed(path, &list).is_ok());
        let replaced = marks.replaced();
        let mut vanished = 0;
        for path in &listed.chunks {
            if id_of(path).is_some_and(|id| replaced.contains(&id)) {
                continue;
            }
            match load_listed(path, &list) {
                Ok(found) => loaded.push(found),
                Err(LoadError::Read(error)) if error.kind() == io::ErrorKind::NotFound => {
                    vanished += 1;
                }
                Err(error) => self.set_aside(folder, path, &error, access),
            }
        }
        if access == Access::Owner {
            tidy::settle(folder, &listed, &marks).map_err(fail("remove merged chunks"))?;
        }
        Ok(vanished)
    }

    /// Takes the entries of `chunk` out of the head of its stream.
    fn take_out(&mut self, at: usize, folder: &ChunkFolder, chunk: &StoredChunk, codec: &mut Zstd) {
        let Some(stream) = self.catalogue.stream_mut(at) else { return };
        let Some(oldest) = stream.head.closed.arrivals.iter().min().copied() else { return };
        for block in chunk.blocks.iter().filter(|block| block.last_arrival >= oldest) {
            let columns = Columns { arrivals: true, ..Columns::default() };
            let want = chunk::Want { columns, auto_fields: None };
            let read = folder.read_block(chunk.id, block.count, &block.sections, want, codec);
            let Ok(batch) = read else {
                tracing::warn!(chunk = %chunk.id, "a block cannot be compared with the journal");
                continue;
            };
            let mut arrivals = batch.arrivals;
            arrivals.sort_unstable();
            stream.head.drop_arrivals(&arrivals, chunk.taken);
        }
    }

    fn set_aside(&mut self, folder: &ChunkFolder, path: &Path, error: &LoadError, access: Access) {
        if access == Access::Owner
            && let Err(error) = folder.set_aside(path)
        {
            tracing::error!(%error, "a damaged chunk cannot be set aside: {}", path.display());
        }
        self.note_corrupt(path, error.to_string());
    }

    /// What was set aside, now or before.
    fn list_corrupt(&mut self, folder: &ChunkFolder) {
        let Ok(entries) = std::fs::read_dir(folder.corrupt()) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|extension| extension == "chunk") {
                self.note_corrupt(&path, "it was set aside before".to_owned());
            }
        }
    }

    fn note_corrupt(&mut self, path: &Path, reason: String) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        // Damaged in a block, the footer still tells what is missing.
        let known = load(path).ok();
        let entry = CorruptChunk {
            labels: known.as_ref().map(|(labels, _)| labels.clone()),
            entries: known.as_ref().map(|(_, chunk)| chunk.num_entries()),
            span: known.as_ref().map(|(_, chunk)| (chunk.first(), chunk.last())),
            reason,
        };
        self.catalogue.corrupt.entry(name).or_insert(entry);
    }
}

/// Fills a head from a checkpoint.
fn load_head(
    head: &mut crate::store::head::Head,
    closed: &[u8],
    open: Vec<OpenEntry>,
    taken: i64,
    codec: &mut Zstd,
) {
    if !closed.is_empty() {
        match read_whole(closed, codec) {
            Ok(batches) => head.restore(chunk::merge(&batches), taken),
            Err(error) => tracing::error!(%error, "a head of the checkpoint cannot be read"),
        }
    }
    for open in open {
        head.push_open(Box::new(open), taken);
    }
}

/// All blocks of a chunk in memory.
pub(crate) fn read_whole(
    bytes: &[u8],
    codec: &mut Zstd,
) -> Result<Vec<model::Batch>, chunk::FormatError> {
    let size = bytes.len() as u64;
    let meta = match chunk::read_meta(bytes, size)? {
        chunk::Tail::Meta(meta) => meta,
        chunk::Tail::More { bytes } => {
            let (needed, found) = (bytes as u64, size);
            return Err(chunk::FormatError::Truncated { what: "footer", needed, found });
        }
    };
    let want = chunk::Want { columns: Columns::ALL, auto_fields: None };
    let mut batches = Vec::new();
    for block in &meta.blocks {
        let needed = block.sections.iter().filter(|section| {
            Column::from_number(section.column).is_some_and(|c| c.is_needed(Columns::ALL))
        });
        let packed: Vec<chunk::Packed<'_>> =
            needed.map(|section| section.of(bytes)).collect::<Result<_, _>>()?;
        batches.push(chunk::decode_block(block.count, &packed, want, codec)?);
    }
    Ok(batches)
}
