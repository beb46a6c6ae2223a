use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::thread::Ingest;
use crate::source::{FileState, PREFIX_BYTES, Prefix, Tail, starts_with};
use crate::store::{Piped, SourceOptions};

impl Ingest {
    /// What is known of an open file from before: the same device and inode, and it starts as it
    /// did. Some file systems get another device number at each start of the machine; there the
    /// path stands in for it.
    pub(super) fn known(&self, tail: &Tail, path: &Path) -> Option<FileState> {
        let is_same_file = |state: &&FileState| {
            state.id.inode == tail.id.inode
                && (state.id.device == tail.id.device || Path::new(&state.path) == path)
                && state.offset <= tail.size
                && !self.follow.tails.iter().any(|other| other.key == state.key)
        };
        let mut known: Vec<&FileState> = self.core.files().filter(is_same_file).collect();
        known.sort_by_key(|state| std::cmp::Reverse(state.key));
        known
            .into_iter()
            .find(|state| starts_with(tail.file(), &state.prefix).unwrap_or(false))
            .cloned()
    }

    /// Gives `tail` its key and offset; the key stays 0 when there is no room to say so.
    pub(super) fn follow_file(
        &mut self,
        tail: &mut Tail,
        known: Option<FileState>,
        path: &Path,
        options: &SourceOptions,
    ) {
        let now = self.now();
        let state = match known {
            Some(known) => {
                let (labels, job_rule) = self.follow.labels_of(&known.path, options);
                let Some(known) = self.read_otherwise(known, options.piped.is_some()) else {
                    return;
                };
                FileState { id: tail.id, labels, job_rule, is_finished: false, seen: now, ..known }
            }
            None => {
                let path = path.to_string_lossy().into_owned();
                let (labels, job_rule) = self.follow.labels_of(&path, options);
                let piped = options.piped.as_ref();
                let (offset, prefix) =
                    piped.and_then(|piped| left_at(tail, &path, piped)).unwrap_or_default();
                FileState {
                    key: self.core.next_file_key(),
                    path,
                    id: tail.id,
                    prefix,
                    offset,
                    labels,
                    job_rule,
                    mtime: tail.mtime(),
                    seen: now,
                    ..FileState::default()
                }
            }
        };
        let (key, offset) = (state.key, state.offset);
        let is_new = self.core.file(key).is_none_or(|known| {
            known.labels != state.labels || known.id != state.id || known.is_finished
        });
        if !is_new || self.register(state) {
            tail.key = key;
            tail.offset = offset;
            self.core.saw(key, now);
            let state = self.core.file(key).cloned();
            if let (Some(piped), Some(state)) = (&options.piped, state) {
                match self.follow.pipes.read_to(key) {
                    // It goes on in a copy: some of its lines may wait in a stage.
                    Some(offset) => tail.offset = offset,
                    None => self.begin_piped(&state, piped),
                }
            }
        }
    }

    /// A file that was read with stages is read without from now on, or the other way round: that
    /// is a new file here, which starts where the other one was left. None: there is no room to
    /// say so.
    fn read_otherwise(&mut self, known: FileState, is_piped: bool) -> Option<FileState> {
        let was_piped = self.core.done_lines(known.key).is_some();
        if was_piped == is_piped || known.offset == 0 {
            return Some(known);
        }
        if !known.is_finished && !self.finish(known.key) {
            return None;
        }
        let (entries, detector) = (0, Vec::new());
        Some(FileState { key: self.core.next_file_key(), entries, detector, ..known })
    }
}

/// Where another program stopped reading the file, and how the file starts.
fn left_at(tail: &Tail, path: &str, piped: &Piped) -> Option<(u64, Prefix)> {
    let offset = piped.positions.get(path).copied().filter(|at| *at <= tail.size)?;
    let len = usize::try_from(offset).unwrap_or(PREFIX_BYTES).min(PREFIX_BYTES);
    let mut start = vec![0; len];
    tail.file().read_exact_at(&mut start, 0).ok()?;
    let mut prefix = Prefix::default();
    prefix.extend(&start);
    Some((offset, prefix))
}
