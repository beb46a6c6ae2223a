use std::fs::File;
use std::path::{Path, PathBuf};

use crate::source::{FileId, FileState, is_unpacked_text, mtime, starts_with};

/// Looks for a file that has lost its name, among the files beside it that are named after it
/// (`app.log.1`, `app.log-20261122`). When it is there, so are the ones that were rotated after
/// it and that nobody has seen. Oldest first; the flag tells the known one.
pub(super) fn rotated(state: &FileState) -> Vec<(PathBuf, File, bool)> {
    let path = Path::new(&state.path);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str()))
    else {
        return Vec::new();
    };
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut siblings: Vec<(i64, PathBuf, File, bool)> = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_sibling = path.file_name().and_then(|n| n.to_str()).is_some_and(|sibling| {
            sibling.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '-', '_']))
        });
        if !is_sibling {
            continue;
        }
        let Ok(file) = File::open(&path) else { continue };
        let Ok(metadata) = file.metadata() else { continue };
        let is_known = FileId::of(&metadata).inode == state.id.inode
            && metadata.len() >= state.offset
            && starts_with(&file, &state.prefix).unwrap_or(false);
        if metadata.is_file() && (is_known || is_unpacked_text(&path, &file)) {
            siblings.push((mtime(&metadata), path, file, is_known));
        }
    }
    // Stamps are coarse: of two with the same, the known one is the older.
    siblings.sort_by_key(|(mtime, _, _, is_known)| (*mtime, !is_known));
    let Some(first) = siblings.iter().position(|(.., is_known)| *is_known) else {
        return Vec::new();
    };
    siblings.drain(first..).map(|(_, path, file, is_known)| (path, file, is_known)).collect()
}
