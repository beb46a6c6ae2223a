use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::memmem::FinderRev;

/// Of each file the newest part is searched.
const FILE_BYTES: u64 = 64 << 20;
/// And of all files together so much.
const ALL_BYTES: u64 = 512 << 20;
const PIECE_BYTES: u64 = 1 << 20;
/// Looked at around a hit, to find the line it stands in.
const AROUND_BYTES: u64 = 64 << 10;

/// Where a text stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub path: PathBuf,
    pub offset: u64,
    /// From the line end before to the line end after, as far as they are near.
    pub line: Vec<u8>,
}

/// The last occurrence of `text`, in the first of `paths` that has one. Says whether all was
/// searched.
pub(super) fn search(paths: &[PathBuf], text: &[u8], cancel: &AtomicBool) -> (Option<Hit>, bool) {
    let finder = FinderRev::new(text);
    let mut left = ALL_BYTES;
    let mut is_whole = true;
    for path in paths {
        let Ok(file) = File::open(path) else { continue };
        let Ok(size) = file.metadata().map(|metadata| metadata.len()) else { continue };
        let share = size.min(FILE_BYTES).min(left);
        left -= share;
        is_whole &= share == size;
        let begin = size - share;
        let mut end = size;
        while end > begin && !cancel.load(Ordering::Relaxed) {
            let start = end.saturating_sub(PIECE_BYTES).max(begin);
            // What crosses the end of a piece is found in the piece before it.
            let piece = read(&file, start, (end + text.len() as u64).min(size));
            if let Some(at) = finder.rfind(&piece) {
                let offset = start + at as u64;
                let hit = Hit { path: path.clone(), offset, line: line_at(&file, offset, size) };
                return (Some(hit), is_whole);
            }
            end = start;
        }
    }
    (None, is_whole)
}

/// The files beside `path` whose names go on after it, `app.log.1`: what rotation leaves.
pub(super) fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let start = format!("{}.", name.to_string_lossy());
    let is_rotated = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.strip_prefix(&start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            && path.is_file()
    };
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_rotated).collect();
    found.sort();
    found
}

fn read(file: &File, start: u64, end: u64) -> Vec<u8> {
    let mut piece = vec![0; usize::try_from(end.saturating_sub(start)).unwrap_or(0)];
    let mut filled = 0;
    while let Some(rest) = piece.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, start + filled as u64) {
            Ok(0) | Err(_) => break,
            Ok(n) => filled += n,
        }
    }
    piece.truncate(filled);
    piece
}

fn line_at(file: &File, offset: u64, size: u64) -> Vec<u8> {
    let start = offset.saturating_sub(AROUND_BYTES);
    let around = read(file, start, (offset + AROUND_BYTES).min(size));
    let at = usize::try_from(offset - start).unwrap_or(0).min(around.len());
    let (before, after) = around.split_at(at);
    let from = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let to = memchr::memchr(b'\n', after).map_or(around.len(), |len| at + len);
    around.get(from..to).unwrap_or_default().to_vec()
}
