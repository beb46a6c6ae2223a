use std::path::{Path, PathBuf};
use std::time::Instant;

use super::rotation::{Rotated, rotated};
use super::thread::Ingest;
use crate::source::{FileState, Tail};
use crate::store::SourceOptions;

impl Ingest {
    /// Files that are known, not read to their end, and no longer under their name: rotated while
    /// nobody looked.
    pub(super) fn read_rotated(&mut self) {
        // By its key: its inode may have gone to another file.
        let is_followed = |state: &FileState| self.follow.tails.iter().any(|t| t.key == state.key);
        let is_lost =
            |state: &&FileState| !state.is_finished && !state.is_stdin() && !is_followed(state);
        let lost: Vec<FileState> = self.core.files().filter(is_lost).cloned().collect();
        for state in lost {
            // Only of what is followed now: other files may be asked for later.
            let Some(options) = self.options_for(Path::new(&state.path)) else { continue };
            for sibling in rotated(&state) {
                let is_new = || !self.core.files().any(|known| sibling.is_of(known));
                if sibling.is_known || is_new() {
                    self.follow_rotated(sibling, &state, &options);
                }
            }
        }
    }

    /// `state` is the file's own when that is known, else that of the one it came after.
    fn follow_rotated(&mut self, rotated: Rotated, state: &FileState, options: &SourceOptions) {
        let known = rotated.is_known.then(|| state.clone());
        let offset = known.as_ref().map_or(0, |state| state.offset);
        let path: PathBuf = rotated.path.clone();
        let file = match rotated.unpacked(offset, &self.shared.options.dir) {
            Ok(Some(file)) => file,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "{} cannot be read", path.display());
                return;
            }
        };
        let Ok(mut tail) = Tail::new(0, path, file, 0, Instant::now()) else { return };
        if self.follow.is_followed(tail.id) {
            return;
        }
        self.follow_file(&mut tail, known, Path::new(&state.path), options);
        if tail.key != 0 {
            self.post(&tail);
            self.follow.tails.push(tail);
        }
    }
}
