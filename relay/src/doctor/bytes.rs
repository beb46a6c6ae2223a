use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::read::MultiGzDecoder;

use super::needle::Needle;
use crate::source::is_gzip;

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
    /// Of a packed file, in what is unpacked of it.
    pub offset: u64,
    /// From the line end before to the line end after, as far as they are near; decoded.
    pub line: String,
}

impl Hit {
    pub(super) fn is_packed(&self) -> bool {
        is_gzip(&self.path)
    }
}

/// The last occurrence of a text, in the first of `paths` that has one. Says whether all was
/// searched.
pub(super) fn search(paths: &[PathBuf], text: &str, cancel: &AtomicBool) -> (Option<Hit>, bool) {
    let needle = Needle::new(text);
    let mut left = ALL_BYTES;
    let mut is_whole = true;
    for path in paths {
        let Ok(file) = File::open(path) else { continue };
        let found = match is_gzip(path) {
            true => search_packed(&needle, path, file, left, cancel),
            false => search_file(&needle, path, &file, left, cancel),
        };
        // One that cannot be read or unpacked was not searched.
        let Ok(found) = found else {
            is_whole = false;
            continue;
        };
        if found.hit.is_some() {
            return (found.hit, is_whole);
        }
        left -= found.searched.min(left);
        is_whole &= found.is_whole;
    }
    (None, is_whole)
}

/// What came of one file.
struct Found {
    hit: Option<Hit>,
    searched: u64,
    is_whole: bool,
}

/// From the end backwards.
fn search_file(
    needle: &Needle,
    path: &Path,
    file: &File,
    left: u64,
    cancel: &AtomicBool,
) -> io::Result<Found> {
    let size = file.metadata()?.len();
    let share = size.min(FILE_BYTES).min(left);
    let begin = size - share;
    let mut end = size;
    let mut found = Found { hit: None, searched: share, is_whole: share == size };
    while end > begin && !cancel.load(Ordering::Relaxed) {
        let start = end.saturating_sub(PIECE_BYTES).max(begin);
        // What crosses the end of a piece is found in the piece before it.
        let piece = read(file, start, (end + needle.max_len() as u64).min(size));
        if let Some((at, coding)) = needle.rfind(&piece, start) {
            let offset = start + at as u64;
            let from = offset.saturating_sub(AROUND_BYTES);
            let around = read(file, from, (offset + AROUND_BYTES).min(size));
            let at = usize::try_from(offset - from).unwrap_or(0);
            let line = coding.line_around(&around, at);
            found.hit = Some(Hit { path: path.to_owned(), offset, line });
            break;
        }
        end = start;
    }
    Ok(found)
}

/// From the start: a packed file cannot be read backwards. Of a large one the start is searched.
fn search_packed(
    needle: &Needle,
    path: &Path,
    file: File,
    left: u64,
    cancel: &AtomicBool,
) -> io::Result<Found> {
    let limit = FILE_BYTES.min(left);
    let mut unpacked = MultiGzDecoder::new(file).take(limit);
    // The pieces that a hit and its line can reach into: the one before, this one, the next.
    let mut window: VecDeque<Vec<u8>> = VecDeque::new();
    let (mut window_start, mut searched) = (0_u64, 0_u64);
    let mut found = Found { hit: None, searched: 0, is_whole: true };
    loop {
        let mut piece = Vec::new();
        (&mut unpacked).take(PIECE_BYTES).read_to_end(&mut piece)?;
        let is_end = piece.is_empty() || cancel.load(Ordering::Relaxed);
        searched += piece.len() as u64;
        window.push_back(piece);
        if window.len() > 3
            && let Some(gone) = window.pop_front()
        {
            window_start += gone.len() as u64;
        }
        let bytes = window.iter().flatten().copied().collect::<Vec<u8>>();
        if let Some((at, coding)) = needle.rfind(&bytes, window_start) {
            let offset = window_start + at as u64;
            // The last one of the file counts; a later piece may have it again.
            let from = at.saturating_sub(usize::try_from(AROUND_BYTES).unwrap_or(0));
            let line = coding.line_around(bytes.get(from..).unwrap_or_default(), at - from);
            found.hit = Some(Hit { path: path.to_owned(), offset, line });
        }
        if is_end {
            break;
        }
    }
    found.searched = searched;
    found.is_whole = searched < limit;
    Ok(found)
}

/// The files beside `path` whose names go on after it, `app.log.1`, `app.log-20261122.gz`: what
/// rotation leaves.
pub(super) fn siblings(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let name = name.to_string_lossy();
    let is_rotated = |path: &PathBuf| {
        let sibling = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = sibling.strip_prefix(&*name).and_then(|rest| rest.strip_prefix(['.', '-', '_']));
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) && path.is_file()
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
