use std::fs::{self, File};
use std::io::{self, BufReader, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::frame::{Frame, MAGIC, frame, frame_len, read_frame};
use super::record::{Bytes, PipedEntries, PipedFile, Record};
use crate::store::codec::Zstd;

/// Shorter pieces are not worth packing.
const PACK_FROM_BYTES: usize = 512;

/// The open segment, to which records are appended.
#[derive(Debug)]
pub(crate) struct Journal {
    dir: PathBuf,
    number: u64,
    file: File,
    /// Bytes of whole records; a write that failed left what stands behind, and the next one
    /// overwrites it.
    len: u64,
    /// Bytes of files and pushes since the checkpoint: what the next start has to go through.
    replay_bytes: u64,
    buffer: Vec<u8>,
    /// What was packed last: memory that is used again for each piece of a file.
    packed: Vec<u8>,
    codec: Zstd,
    has_unsynced: bool,
}

impl Journal {
    /// Writes a new segment that starts with `checkpoint`. Once this returns it is on disk under
    /// its name; [`Journal::remove_older`] then drops what came before it.
    pub(crate) fn start(
        dir: &Path,
        number: u64,
        checkpoint: impl IntoIterator<Item = io::Result<Record>>,
    ) -> io::Result<Self> {
        let unfinished = dir.join(format!("{number:08}.new"));
        let mut options = File::options();
        let file = options.read(true).write(true).create(true).truncate(true).open(&unfinished)?;
        let mut journal = Self {
            dir: dir.to_owned(),
            number,
            file,
            len: 0,
            replay_bytes: 0,
            buffer: Vec::new(),
            packed: Vec::new(),
            codec: Zstd::new(1),
            has_unsynced: false,
        };
        let written = journal.write_checkpoint(checkpoint);
        let named = written.and_then(|()| fs::rename(&unfinished, segment_path(dir, number)));
        if let Err(error) = named {
            fs::remove_file(&unfinished).ok();
            return Err(error);
        }
        sync_folder(dir)?;
        journal.has_unsynced = false;
        Ok(journal)
    }

    /// Goes on where `replay` stopped; what stands behind is cut off.
    pub(crate) fn resume(dir: &Path, number: u64, replay: &Replay) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(segment_path(dir, number))?;
        file.set_len(replay.at)?;
        Ok(Self {
            dir: dir.to_owned(),
            number,
            file,
            len: replay.at,
            replay_bytes: replay.at.saturating_sub(replay.checkpoint_end),
            buffer: Vec::new(),
            packed: Vec::new(),
            codec: Zstd::new(1),
            has_unsynced: true,
        })
    }

    fn write_checkpoint(
        &mut self,
        checkpoint: impl IntoIterator<Item = io::Result<Record>>,
    ) -> io::Result<()> {
        self.file.write_all(MAGIC)?;
        self.len = MAGIC.len() as u64;
        for record in checkpoint {
            self.append(&record?)?;
        }
        self.append(&Record::CheckpointEnd)?;
        self.replay_bytes = 0;
        self.file.sync_all()
    }

    /// The segment that follows this one.
    pub(crate) fn next(
        &self,
        checkpoint: impl IntoIterator<Item = io::Result<Record>>,
    ) -> io::Result<Self> {
        let next = Self::start(&self.dir, self.number + 1, checkpoint)?;
        remove_older(&self.dir, next.number);
        Ok(next)
    }

    /// Writes a record; when this returns, a killed process does not lose it.
    pub(crate) fn append(&mut self, record: &Record) -> io::Result<()> {
        self.buffer = frame(record, std::mem::take(&mut self.buffer))?;
        let written = self.file.write_all_at(&self.buffer, self.len);
        let added = self.buffer.len() as u64;
        self.buffer.shrink_to(1 << 20);
        if let Err(error) = written {
            // Best effort: a torn record is also recognised by its checksum.
            self.file.set_len(self.len).ok();
            return Err(error);
        }
        self.len += added;
        self.replay_bytes += added;
        self.has_unsynced = true;
        Ok(())
    }

    /// The same for bytes of a file, packed on the way.
    pub(crate) fn append_bytes(
        &mut self,
        file: u64,
        offset: u64,
        now: i64,
        bytes: &[u8],
    ) -> io::Result<()> {
        let bytes = self.pack(bytes);
        let raw = match &bytes {
            Bytes::Plain(_) => 0,
            Bytes::Zstd { len, packed } => u64::from(*len).saturating_sub(packed.len() as u64),
        };
        let record = Record::Bytes { file, offset, now, bytes };
        let appended = self.append(&record);
        if let Record::Bytes {
            bytes: Bytes::Plain(room) | Bytes::Zstd { packed: room, .. }, ..
        } = record
        {
            self.packed = room;
        }
        appended?;
        self.replay_bytes += raw;
        Ok(())
    }

    /// The same for entries that stages made.
    pub(crate) fn append_piped(
        &mut self,
        now: i64,
        files: Vec<PipedFile>,
        entries: &PipedEntries,
    ) -> io::Result<()> {
        let raw = postcard::to_stdvec(entries).map_err(io::Error::other)?;
        let entries = self.pack(&raw);
        self.append(&Record::Piped { now, files, entries })?;
        self.replay_bytes += raw.len() as u64;
        Ok(())
    }

    fn pack(&mut self, bytes: &[u8]) -> Bytes {
        let mut packed = std::mem::take(&mut self.packed);
        if bytes.len() >= PACK_FROM_BYTES
            && self.codec.compress_into(bytes, &mut packed).is_ok()
            && packed.len() < bytes.len()
            && let Ok(len) = u32::try_from(bytes.len())
        {
            return Bytes::Zstd { len, packed };
        }
        packed.clear();
        packed.extend_from_slice(bytes);
        Bytes::Plain(packed)
    }

    /// What the next start would have to go through.
    pub(crate) const fn replay_bytes(&self) -> u64 {
        self.replay_bytes
    }

    pub(crate) const fn size_bytes(&self) -> u64 {
        self.len
    }

    /// The file to be synced, by another thread; None when everything is synced.
    pub(crate) fn take_unsynced(&mut self) -> Option<io::Result<File>> {
        std::mem::take(&mut self.has_unsynced).then(|| self.file.try_clone())
    }

    /// What was taken to be synced was not.
    pub(crate) const fn sync_again(&mut self) {
        self.has_unsynced = true;
    }

    /// Puts what was appended on the disk itself.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.has_unsynced = false;
        Ok(())
    }

    pub(crate) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

/// The bytes of a file as they were read.
pub(crate) fn unpack(bytes: Bytes, codec: &mut Zstd) -> Result<Vec<u8>, chunk::CodecError> {
    match bytes {
        Bytes::Plain(bytes) => Ok(bytes),
        Bytes::Zstd { len, packed } => {
            let mut raw = Vec::new();
            chunk::Decompress::decompress(codec, &packed, len as usize, &mut raw)?;
            Ok(raw)
        }
    }
}

/// What a segment's end looked like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    pub path: PathBuf,
    /// No more than what a killed process leaves: a last record that is not whole.
    pub is_cut: bool,
    /// Where the readable part ends.
    pub at: u64,
    /// Bytes behind it.
    pub lost_bytes: u64,
    pub reason: String,
}

/// Reads a segment record by record.
#[derive(Debug)]
pub(crate) struct Replay {
    input: BufReader<File>,
    path: PathBuf,
    /// Where the next record starts.
    at: u64,
    /// Where the first record after the checkpoint starts; 0 before that was reached.
    checkpoint_end: u64,
    size: u64,
    damage: Option<Damage>,
}

impl Replay {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut input = BufReader::with_capacity(256 << 10, file);
        let mut magic = [0; MAGIC.len()];
        let is_read = input.read_exact(&mut magic).is_ok();
        let path = path.to_owned();
        let mut replay = Self { input, path, at: 0, checkpoint_end: 0, size, damage: None };
        if is_read && magic == *MAGIC {
            replay.at = MAGIC.len() as u64;
        } else {
            let name = MAGIC.len() - 1;
            let is_other = is_read && magic.get(..name) == MAGIC.get(..name);
            replay.fail(
                match is_other {
                    true => "another version of Logpane wrote it",
                    false => "it does not start as a journal does",
                },
                false,
            );
        }
        Ok(replay)
    }

    fn fail(&mut self, reason: &str, is_cut: bool) {
        self.damage = Some(Damage {
            path: self.path.clone(),
            is_cut,
            at: self.at,
            lost_bytes: self.size.saturating_sub(self.at),
            reason: reason.to_owned(),
        });
    }

    /// The next record; None at the end, or where the readable part ends.
    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        if self.damage.is_some() {
            return Ok(None);
        }
        match read_frame(&mut self.input)? {
            Frame::End => Ok(None),
            Frame::Torn { reason, is_cut } => {
                self.fail(reason, is_cut);
                Ok(None)
            }
            Frame::Payload(payload) => match postcard::from_bytes(&payload) {
                Ok(record) => {
                    self.at += frame_len(payload.len());
                    if matches!(record, Record::CheckpointEnd) {
                        self.checkpoint_end = self.at;
                    }
                    Ok(Some(record))
                }
                Err(error) => {
                    self.fail(&format!("a record cannot be read ({error})"), false);
                    Ok(None)
                }
            },
        }
    }

    /// Whether the checkpoint was whole; without it there is nothing to go on from.
    pub(crate) const fn has_checkpoint(&self) -> bool {
        self.checkpoint_end > 0
    }

    /// Why the reading ended before the end of the file.
    pub(crate) fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }
}

/// The segment to start from, and its number.
pub(crate) fn newest_segment(dir: &Path) -> io::Result<Option<(u64, PathBuf)>> {
    let mut newest = None;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if let Some(number) = segment_number(&path) {
            newest = newest.max(Some((number, path)));
        }
    }
    Ok(newest)
}

fn segment_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}.log"))
}

fn segment_number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".log")?.parse().ok()
}

/// Removes the segments before `number` and unfinished ones. What cannot be removed now is
/// harmless (only the newest segment is read) and goes with the next checkpoint.
fn remove_older(dir: &Path, number: u64) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_old = segment_number(&path).is_some_and(|n| n < number);
        if is_old || path.extension().is_some_and(|e| e == "new") {
            fs::remove_file(path).ok();
        }
    }
}

/// Makes renames in the folder survive a power cut.
pub(crate) fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
