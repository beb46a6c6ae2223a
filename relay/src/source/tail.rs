use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{FileId, Prefix};

/// A file that lost its name is read on this long after its last byte: programs keep writing to
/// the old file until they are told to open the new one.
const LINGER: Duration = Duration::from_secs(120);

/// An open file that is followed.
#[derive(Debug)]
pub(crate) struct Tail {
    pub key: u64,
    /// Where it is found now.
    pub path: PathBuf,
    pub id: FileId,
    /// The packed file that it was unpacked of.
    pub packed: Option<FileId>,
    file: File,
    /// All bytes before it are taken.
    pub offset: u64,
    /// As of the last look.
    pub size: u64,
    /// When it was written last, as of the last look.
    written: i64,
    /// Bytes that it had once and that were gone when they were to be read.
    pub cut: u64,
    /// Since when another file, or none, has its name.
    replaced: Option<Instant>,
    /// When its last byte was read.
    pub last_read: Instant,
    /// Times it was told to the detector that the end is reached, since the last byte.
    pub settled: u32,
}

/// What a look at a file gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Growth {
    /// There is more to read.
    More,
    /// All is read.
    Same,
    /// It is shorter than what was read, or starts otherwise: it was written anew.
    Rewritten,
}

impl Tail {
    pub(crate) fn new(
        key: u64,
        path: PathBuf,
        file: File,
        offset: u64,
        now: Instant,
    ) -> io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self {
            key,
            path,
            id: FileId::of(&metadata),
            packed: None,
            file,
            offset,
            size: metadata.len(),
            written: mtime(&metadata),
            cut: 0,
            replaced: None,
            last_read: now,
            settled: 0,
        })
    }

    /// Asks how far the file goes now. `prefix`: how it started when it was read.
    pub(crate) fn look(&mut self, prefix: &Prefix) -> io::Result<Growth> {
        let metadata = self.file.metadata()?;
        let (size, written) = (metadata.len(), mtime(&metadata));
        let has_changed = size != self.size || written != self.written;
        (self.size, self.written) = (size, written);
        if size < self.offset {
            return Ok(Growth::Rewritten);
        }
        // Truncated and grown to the offset or past it between two looks: the start tells. It need
        // not be compared again while one burst is read.
        if has_changed && !starts_with(&self.file, prefix)? {
            return Ok(Growth::Rewritten);
        }
        Ok(if size == self.offset { Growth::Same } else { Growth::More })
    }

    /// Reads what comes next into `buffer`; the number of bytes.
    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(buffer, self.offset)
    }

    /// Starts over at the beginning, as the file `key`.
    pub(crate) fn restart(&mut self, key: u64) {
        self.key = key;
        self.offset = 0;
        self.cut = 0;
        self.settled = 0;
    }

    /// Tells whether its path still leads to it.
    pub(crate) fn check_name(&mut self, now: Instant) {
        let is_here =
            std::fs::metadata(&self.path).is_ok_and(|found| FileId::of(&found) == self.id);
        self.replaced = if is_here { None } else { self.replaced.or(Some(now)) };
    }

    /// Whether another file, or none, has its name.
    pub(crate) const fn is_replaced(&self) -> bool {
        self.replaced.is_some()
    }

    /// Whether it can be let go: it lost its name, and nothing has come for long. One that has no
    /// name at all any more (deleted) cannot be found again, so it gets the same time.
    pub(crate) fn is_over(&self, now: Instant) -> bool {
        self.offset >= self.size
            && self.replaced.is_some_and(|since| {
                now.duration_since(since) > LINGER && now.duration_since(self.last_read) > LINGER
            })
    }

    pub(crate) fn mtime(&self) -> i64 {
        self.file.metadata().map_or(0, |metadata| mtime(&metadata))
    }

    /// As the disk says, which the next look has yet to judge.
    pub(crate) fn size_now(&self) -> u64 {
        self.file.metadata().map_or(self.size, |metadata| metadata.len())
    }

    pub(crate) const fn file(&self) -> &File {
        &self.file
    }
}

/// Whether `file` starts as what was read before.
pub(crate) fn starts_with(file: &File, prefix: &Prefix) -> io::Result<bool> {
    let mut start = vec![0; prefix.len()];
    let mut filled = 0;
    while let Some(rest) = start.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, filled as u64)? {
            0 => break,
            n => filled += n,
        }
    }
    start.truncate(filled);
    Ok(prefix.matches(&start))
}

/// Nanoseconds since 1970.
pub(crate) fn mtime(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}
