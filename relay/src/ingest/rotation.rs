use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use flate2::read::MultiGzDecoder;

use crate::source::{
    FileId, FileState, PREFIX_BYTES, Prefix, is_binary, is_gzip, is_unpacked_text, mtime,
    starts_with,
};

/// Of one packed file no more is unpacked: a small file may hold more than any disk.
const MAX_UNPACKED_BYTES: u64 = 16 << 30;
/// Tools that pack keep the modification time, some of them in whole seconds.
const STAMP_NS: i64 = 1_000_000_000;

/// A file that was rotated: named after the one that is followed (`app.log.1`,
/// `app.log-20261122.gz`).
#[derive(Debug)]
pub(super) struct Rotated {
    pub path: PathBuf,
    file: File,
    pub id: FileId,
    mtime: i64,
    /// How it starts, unpacked; only for a packed one.
    start: Option<Vec<u8>>,
    /// It is the file that was asked for; the others are those rotated after it.
    pub is_known: bool,
}

/// Looks for a file that has lost its name, among those beside it that are named after it. When it
/// is there, so are the ones that were rotated after it and that nobody has seen. Oldest first.
pub(super) fn rotated(state: &FileState) -> Vec<Rotated> {
    let path = Path::new(&state.path);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str()))
    else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_sibling = |path: &PathBuf| {
        path.file_name().and_then(|n| n.to_str()).is_some_and(|sibling| {
            sibling.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '-', '_']))
        })
    };
    let paths = entries.flatten().map(|entry| entry.path()).filter(is_sibling);
    let mut siblings: Vec<Rotated> =
        paths.filter_map(|path| Rotated::open(path, state).ok().flatten()).collect();
    // Stamps are coarse: of two with the same, the known one is the older.
    siblings.sort_by_key(|sibling| (sibling.mtime, !sibling.is_known));
    // An inode says more than a start.
    let is_sure = |sibling: &Rotated| sibling.is_known && sibling.start.is_none();
    let first = siblings.iter().position(is_sure);
    let Some(first) = first.or_else(|| siblings.iter().position(|sibling| sibling.is_known)) else {
        return Vec::new();
    };
    siblings.drain(..first);
    // Two files can start alike; the oldest that fits is the one.
    siblings.iter_mut().skip(1).for_each(|sibling| sibling.is_known = false);
    siblings
}

impl Rotated {
    /// None: it is no log, or not the one to read.
    fn open(path: PathBuf, state: &FileState) -> io::Result<Option<Self>> {
        let file = File::open(&path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let (id, mtime) = (FileId::of(&metadata), mtime(&metadata));
        let (start, is_known) = if is_gzip(&path) {
            // It is being packed right now: the file itself is still there.
            if path.with_extension("").exists() {
                return Ok(None);
            }
            let start = start_of(&file)?;
            if is_binary(&start) {
                return Ok(None);
            }
            let is_known = is_young(mtime, state) && (fits(&state.prefix, &start) || is_new(state));
            (Some(start), is_known)
        } else {
            // Itself, or a copy of it, made before it was truncated.
            let is_known =
                (id.inode == state.id.inode || may_be_copy(mtime, state)) && holds(&file, state);
            if !is_known && !is_unpacked_text(&path, &file) {
                return Ok(None);
            }
            (None, is_known)
        };
        Ok(Some(Self { path, file, id, mtime, start, is_known }))
    }

    /// A packed file that is asked for itself. None: what is in it is no log.
    pub(super) fn packed(path: &Path) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let start = start_of(&file)?;
        let (id, mtime) = (FileId::of(&metadata), mtime(&metadata));
        let path = path.to_owned();
        Ok((!is_binary(&start)).then_some(Self {
            path,
            file,
            id,
            mtime,
            start: Some(start),
            is_known: false,
        }))
    }

    /// Whether `state` is of this file, under whatever name and packed since then or not.
    pub(super) fn is_of(&self, state: &FileState) -> bool {
        match &self.start {
            None => state.id == self.id && starts_with(&self.file, &state.prefix).unwrap_or(true),
            // What was written after the last look at a finished file is another one.
            Some(start) => {
                fits(&state.prefix, start)
                    && self.mtime + STAMP_NS >= state.mtime
                    && (!state.is_finished || self.mtime <= state.seen)
            }
        }
    }

    /// Whether it starts as `state` and can be a copy of it. What else starts so, it does not know.
    pub(super) fn may_be_copy_of(&self, state: &FileState) -> bool {
        let is_beside = self.path.parent() == Path::new(&state.path).parent();
        is_beside
            && self.start.is_none()
            && may_be_copy(self.mtime, state)
            && holds(&self.file, state)
    }

    /// Whether the file that has the name of `state` now holds the same: it is being copied, and
    /// will be truncated, or somebody just keeps a copy.
    pub(super) fn is_copy_of_live(&self, state: &FileState) -> bool {
        if self.is_known || self.start.is_some() {
            return false;
        }
        let same = || -> io::Result<bool> {
            let live = File::open(&state.path)?;
            let (len, live_len) = (self.file.metadata()?.len(), live.metadata()?.len());
            let piece = len.min(PREFIX_BYTES as u64);
            let at = |file: &File, offset| {
                let mut bytes = vec![0; usize::try_from(piece).unwrap_or(0)];
                file.read_exact_at(&mut bytes, offset).map(|()| bytes)
            };
            Ok(len > 0
                && live_len >= len
                && at(&self.file, 0)? == at(&live, 0)?
                && at(&self.file, len - piece)? == at(&live, len - piece)?)
        };
        same().unwrap_or(false)
    }

    /// Whether it is the very file of `state`, by another name.
    pub(super) fn is_itself(&self, state: &FileState) -> bool {
        self.start.is_none() && state.id.inode == self.id.inode
    }

    pub(super) const fn is_packed(&self) -> bool {
        self.start.is_some()
    }

    /// The file as it is.
    pub(super) fn plain(&self) -> io::Result<Option<File>> {
        self.file.try_clone().map(Some)
    }

    /// The file to read on from `offset`. None: it ends before that, so it is another one.
    ///
    /// A packed one is unpacked into a file in `folder` that has no name and goes with the process;
    /// what lies before `offset` is a hole in it, but for the start, by which it is known.
    ///
    /// `stop` ends it early; what is there then is of no use.
    pub(super) fn unpacked(
        &self,
        offset: u64,
        folder: &Path,
        stop: &AtomicBool,
    ) -> io::Result<Option<File>> {
        let Some(start) = &self.start else { return self.plain() };
        let mut to = tempfile::tempfile_in(folder)?;
        to.write_all(start)?;
        to.set_len(offset.max(start.len() as u64))?;
        to.seek(SeekFrom::Start(offset))?;
        let mut file = &self.file;
        file.rewind()?;
        let mut packed = MultiGzDecoder::new(file);
        let mut copy = Copy { limit: offset, stop, path: &self.path };
        if copy.run(&mut packed, &mut io::sink())? < offset {
            return Ok(None);
        }
        copy.limit = MAX_UNPACKED_BYTES;
        if copy.run(&mut packed, &mut to)? == MAX_UNPACKED_BYTES {
            tracing::error!(
                "of {} no more than {MAX_UNPACKED_BYTES} bytes are unpacked; unpack it, and what \
                 is left can be read",
                self.path.display()
            );
        }
        let stamp = Duration::from_nanos(u64::try_from(self.mtime).unwrap_or(0));
        to.set_modified(UNIX_EPOCH + stamp)?;
        Ok(Some(to))
    }
}

/// Of a damaged file, what stands before the damage.
struct Copy<'a> {
    limit: u64,
    stop: &'a AtomicBool,
    path: &'a Path,
}

impl Copy<'_> {
    /// How much was copied.
    fn run(&self, from: &mut impl Read, to: &mut impl io::Write) -> io::Result<u64> {
        let mut buffer = vec![0; 64 << 10];
        let mut from = from.take(self.limit);
        let mut copied = 0;
        while !self.stop.load(Ordering::Relaxed) {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(len) => {
                    to.write_all(buffer.get(..len).unwrap_or_default())?;
                    copied += len as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::error!(
                        %error,
                        "the rest of {} cannot be unpacked",
                        self.path.display()
                    );
                    break;
                }
            }
        }
        Ok(copied)
    }
}

fn start_of(file: &File) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let len = PREFIX_BYTES as u64;
    MultiGzDecoder::new(file).take(len).read_to_end(&mut start)?;
    Ok(start)
}

/// Whether a file that was last written at `mtime` can be the one of `state`.
const fn is_young(mtime: i64, state: &FileState) -> bool {
    // The tool that packed it may have kept whole seconds only.
    let precision = if mtime % STAMP_NS == 0 { STAMP_NS } else { 0 };
    mtime + precision >= state.mtime
}

/// Whether a file that was last written at `mtime` can be a copy of what is not read to its end.
fn may_be_copy(mtime: i64, state: &FileState) -> bool {
    is_young(mtime, state) && !is_new(state) && !state.is_finished
}

/// Whether a file has all that was read of `state`, as far as its start and its length tell.
fn holds(file: &File, state: &FileState) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.len() >= state.offset)
        && starts_with(file, &state.prefix).unwrap_or(false)
}

/// Whether nothing was read of it yet: of a packed one only its time can tell.
fn is_new(state: &FileState) -> bool {
    state.offset == 0 && state.prefix.len() == 0
}

/// Whether a file with this start can be the one that was read; one of which nothing was read is
/// not known by it.
fn fits(prefix: &Prefix, start: &[u8]) -> bool {
    prefix.len() > 0 && start.get(..prefix.len()).is_some_and(|start| prefix.matches(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_ends_at_its_limit_and_when_it_is_stopped() {
        for (limit, stopped, expected) in
            [(10, false, 10), (200_000, false, 100_000), (10, true, 0), (0, false, 0)]
        {
            let stop = AtomicBool::new(stopped);
            let mut to = Vec::new();
            let copy = Copy { limit, stop: &stop, path: Path::new("app.log.1.gz") };
            let copied = copy.run(&mut &vec![b'x'; 100_000][..], &mut to).unwrap();
            assert_eq!((copied, to.len() as u64), (expected, expected), "{limit} {stopped}");
        }
    }
}
