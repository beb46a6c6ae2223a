use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use super::rotation::{Rotated, rotated};
use super::thread::{Command, Ingest};
use crate::source::{FileState, Refusal, Tail};
use crate::store::SourceOptions;

/// A rotated file that is to be read, and once it is unpacked, from where.
#[derive(Debug)]
pub(crate) struct Found {
    rotated: Rotated,
    /// The file's own when that is known, else that of the one it came after.
    state: FileState,
    options: SourceOptions,
}

/// A thread that unpacks; it ends early when this is dropped.
#[derive(Debug)]
pub(super) struct Unpacking {
    stop: Arc<AtomicBool>,
    /// Whether to look again once it is done: something else was asked for meanwhile.
    again: bool,
}

impl Drop for Unpacking {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Ingest {
    /// Files that are known, not read to their end, and no longer under their name: rotated while
    /// nobody looked.
    pub(super) fn read_rotated(&mut self) {
        if let Some(unpacking) = &mut self.unpacking {
            unpacking.again = true;
            return;
        }
        let mut lost: Vec<FileState> = self.unread().cloned().collect();
        lost.append(&mut self.follow.copied);
        let mut packed = Vec::new();
        for state in lost {
            // Only of what is followed now: other files may be asked for later.
            let Some(options) = self.options_for(Path::new(&state.path)) else { continue };
            let siblings = rotated(&state);
            // All of them wait for those that are to be unpacked, so that the oldest come first.
            let waits = siblings.iter().any(Rotated::is_packed);
            for rotated in siblings {
                let found = Found { rotated, state: state.clone(), options: options.clone() };
                if !self.is_wanted(&found) {
                    continue;
                }
                if found.rotated.is_copy_of_live(&state) {
                    self.follow.copied.push(state.clone());
                    break;
                }
                if waits {
                    packed.push(found);
                } else {
                    let file = found.rotated.plain();
                    self.follow_rotated(&found, file);
                }
            }
        }
        if !packed.is_empty() {
            self.start_unpacking(packed);
        }
    }

    /// Files that are not read to their end, and not being read.
    pub(super) fn unread(&self) -> impl Iterator<Item = &FileState> {
        let tails: HashSet<u64> = self.follow.tails.iter().map(|tail| tail.key).collect();
        self.core.files().filter(move |state| {
            !state.is_finished && !state.is_stdin() && !tails.contains(&state.key)
        })
    }

    /// Whether a file is being read. By its key: its inode may have gone to another one.
    fn is_read(&self, state: &FileState) -> bool {
        self.follow.tails.iter().any(|tail| tail.key == state.key)
    }

    fn is_wanted(&self, found: &Found) -> bool {
        // Not read yet, it cannot be told by its start.
        if self.follow.tails.iter().any(|tail| tail.packed == Some(found.rotated.id)) {
            return false;
        }
        match found.rotated.is_known {
            true => !self.is_read(&found.state) && !self.is_another(&found.rotated, &found.state),
            false => !self.core.files().any(|known| is_known_as(&found.rotated, known)),
        }
    }

    /// Whether what was taken for `state` is known as another file: several can start alike.
    fn is_another(&self, rotated: &Rotated, state: &FileState) -> bool {
        !rotated.is_itself(state)
            && self.core.files().any(|known| known.key != state.key && is_known_as(rotated, known))
    }

    /// Whether a file is still there under the name of one that was rotated, or as a copy.
    pub(super) fn is_rotated(&self, state: &FileState) -> bool {
        let known = rotated(state).into_iter().find(|sibling| sibling.is_known);
        known.is_some_and(|found| !self.is_another(&found, state))
    }

    /// In a thread of its own: gigabytes take minutes, and meanwhile others write and push.
    fn start_unpacking(&mut self, packed: Vec<Found>) {
        let stop = Arc::new(AtomicBool::new(false));
        let (commands, folder) = (self.commands.clone(), self.shared.options.dir.clone());
        let flag = Arc::clone(&stop);
        let started = std::thread::Builder::new()
            .name("unpack".to_owned())
            .spawn(move || unpack(packed, &folder, &flag, &commands));
        match started {
            Ok(_) => self.unpacking = Some(Unpacking { stop, again: false }),
            Err(error) => tracing::error!(%error, "rotated files cannot be unpacked"),
        }
    }

    /// Reads a packed file that is asked for itself; it comes again when another is just unpacked.
    pub(super) fn open_packed(
        &mut self,
        path: &Path,
        options: &SourceOptions,
    ) -> Result<(), Refusal> {
        if self.unpacking.is_some() {
            return Ok(());
        }
        let refused = |code, why: &str| Refusal {
            code,
            sentence: format!("cannot unpack {}: {why}", path.display()),
        };
        let mut rotated = match Rotated::packed(path) {
            Ok(Some(rotated)) => rotated,
            Ok(None) => return Err(refused("binary_file", "there is no text in it")),
            Err(error) => return Err(refused("unreadable_file", &error.to_string())),
        };
        let is_half_read = |known: &&FileState| {
            !known.is_finished && Path::new(&known.path) == path && rotated.is_of(known)
        };
        let known = self.core.files().find(is_half_read).cloned();
        rotated.is_known = known.is_some();
        let path = path.to_string_lossy().into_owned();
        let state = known.unwrap_or(FileState { path, ..FileState::default() });
        let found = Found { rotated, state, options: options.clone() };
        if self.is_wanted(&found) {
            self.start_unpacking(vec![found]);
        }
        Ok(())
    }

    /// A rotated file was unpacked. Much may have happened since it was found.
    pub(super) fn unpacked(&mut self, found: &Found, file: io::Result<Option<File>>) {
        if self.is_wanted(found) {
            self.follow_rotated(found, file);
        }
    }

    pub(super) fn all_unpacked(&mut self) {
        if self.unpacking.take().is_some_and(|unpacking| unpacking.again) {
            self.read_rotated();
        }
    }

    fn follow_rotated(&mut self, found: &Found, file: io::Result<Option<File>>) {
        let Found { rotated, state, options } = found;
        let known = rotated.is_known.then(|| state.clone());
        let path: PathBuf = rotated.path.clone();
        let file = match file {
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
        tail.packed = rotated.is_packed().then_some(rotated.id);
        self.follow_file(&mut tail, known, Path::new(&state.path), options);
        if tail.key != 0 {
            self.post(&tail);
            self.follow.tails.push(tail);
        }
    }
}

/// Whether a rotated file is `known`, or the copy that has the rest of it.
fn is_known_as(found: &Rotated, known: &FileState) -> bool {
    found.is_of(known)
        || found.may_be_copy_of(known)
            && rotated(known).iter().any(|copy| copy.is_known && copy.id == found.id)
}

/// Unpacks one after the other, the oldest first, and hands them over.
fn unpack(packed: Vec<Found>, folder: &Path, stop: &AtomicBool, commands: &SyncSender<Command>) {
    for found in packed {
        let offset = if found.rotated.is_known { found.state.offset } else { 0 };
        let file = found.rotated.unpacked(offset, folder, stop);
        if stop.load(Ordering::Relaxed)
            || commands.send(Command::Unpacked { found: Box::new(found), file }).is_err()
        {
            return;
        }
    }
    commands.send(Command::AllUnpacked).ok();
}
