use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use chunk::ChunkId;

use crate::store::chunk_file::{ChunkFolder, Listed, id_of};

/// Writes which chunks `id` replaces, before it has its name: the names one a line, and behind
/// them the CRC-32 of these lines.
pub(super) fn write(folder: &ChunkFolder, id: ChunkId, olds: &[ChunkId]) -> io::Result<()> {
    let names: String = olds.iter().map(|old| format!("{old}\n")).collect();
    let mut file = File::create(folder.mark_path(id))?;
    writeln!(file, "{names}{:08x}", crc32fast::hash(names.as_bytes()))?;
    file.sync_all()
}

/// None when it is not whole. Then the chunk that it belongs to has no name yet.
fn read(path: &Path) -> Option<Vec<ChunkId>> {
    let text = fs::read_to_string(path).ok()?;
    let (names, checksum) = text.trim_end().rsplit_once('\n')?;
    let names = format!("{names}\n");
    let is_whole = u32::from_str_radix(checksum, 16) == Ok(crc32fast::hash(names.as_bytes()));
    is_whole.then(|| names.lines().map(|name| name.parse().ok()).collect())?
}

/// Which chunks of a folder others have replaced.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// By the new chunk.
    olds: BTreeMap<ChunkId, Vec<ChunkId>>,
    /// New chunks that are damaged while all that they would replace is there.
    needless: HashSet<ChunkId>,
}

impl Marks {
    /// Those that count: of chunks that have their name and are whole.
    pub(crate) fn of(
        folder: &ChunkFolder,
        listed: &Listed,
        is_whole: impl Fn(&Path) -> bool,
    ) -> Self {
        let is_listed = |id: &ChunkId| listed.chunks.contains(&folder.path(*id));
        let mut marks = Self::default();
        for id in listed.marks.iter().filter_map(|mark| id_of(mark)).filter(is_listed) {
            let Some(olds) = read(&folder.mark_path(id)) else { continue };
            if is_whole(&folder.path(id)) {
                marks.olds.insert(id, olds);
            } else if olds.iter().all(is_listed) {
                marks.needless.insert(id);
            }
        }
        marks
    }

    /// The chunks that do not count any more.
    pub(crate) fn replaced(&self) -> HashSet<ChunkId> {
        self.olds.values().flatten().chain(&self.needless).copied().collect()
    }
}

/// Removes what was replaced, and the marks. Of a merge that was broken off nothing stays.
pub(crate) fn settle(folder: &ChunkFolder, listed: &Listed, marks: &Marks) -> io::Result<()> {
    let replaced = marks.replaced();
    for id in marks.olds.keys().filter(|id| !replaced.contains(id)) {
        remove_olds(folder, marks, *id)?;
    }
    for id in &marks.needless {
        remove(&folder.path(*id))?;
    }
    for mark in &listed.marks {
        remove(mark)?;
    }
    Ok(())
}

/// Removes what `id` has replaced: first what that has replaced itself, so that it never counts
/// again.
fn remove_olds(folder: &ChunkFolder, marks: &Marks, id: ChunkId) -> io::Result<()> {
    for old in marks.olds.get(&id).into_iter().flatten() {
        remove_olds(folder, marks, *old)?;
        remove(&folder.path(*old))?;
    }
    remove(&folder.mark_path(id))
}

/// Removes a file that may have gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
