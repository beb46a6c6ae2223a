use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use protocol::status::Severity;

use super::thread::Ingest;
use crate::kept;
use crate::source::{FileId, FileState, Tail};
use crate::store::shared::problem;

/// In the data folder.
const NAME: &str = "behind.json";
/// It is written this often while something changes. What came in between and was deleted after a
/// kill is not counted.
const WRITE_EVERY: Duration = Duration::from_secs(5);
/// Files may come back after a start: all sources are asked for, rotated ones are looked for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How large the files are that are not read to their end, by their keys. After a start it tells
/// what is lost with those that were deleted meanwhile.
#[derive(Debug)]
pub(super) struct Behind {
    path: PathBuf,
    /// Of the run before.
    before: BTreeMap<u64, u64>,
    written: BTreeMap<u64, u64>,
    last_write: Instant,
    /// When to look for files that are gone.
    due: Option<Instant>,
}

impl Behind {
    pub(super) fn read(data: &Path) -> Self {
        let path = data.join(NAME);
        let before: BTreeMap<u64, u64> = kept::read(&path);
        Self { path, written: before.clone(), before, last_write: Instant::now(), due: None }
    }

    /// More files are asked for.
    pub(super) fn ask_later(&mut self) {
        self.due = Some(Instant::now() + PATIENCE);
    }

    fn write(&mut self, tails: &[Tail]) {
        self.last_write = Instant::now();
        let sizes = tails.iter().map(|tail| (tail, tail.size_now()));
        let behind = sizes.filter(|(tail, size)| tail.offset < *size);
        let mut now: BTreeMap<u64, u64> = behind.map(|(tail, size)| (tail.key, size)).collect();
        // Not looked for yet.
        now.extend(&self.before);
        if now == self.written {
            return;
        }
        match kept::write(&self.path, &now) {
            Ok(()) => self.written = now,
            // On a full disk; nothing depends on it.
            Err(error) => tracing::debug!(%error, "the sizes of files are not written down"),
        }
    }
}

impl Ingest {
    /// What is due about files that are behind.
    pub(super) fn keep_behind(&mut self) {
        let is_due = self.behind.due.is_some_and(|due| due <= Instant::now());
        if is_due && self.unpacking.is_none() && self.can_take() {
            self.behind.due = None;
            self.count_gone();
        }
        if self.behind.last_write.elapsed() >= WRITE_EVERY {
            self.behind.write(&self.follow.tails);
        }
    }

    /// While nothing can be taken: how much is waiting.
    pub(super) fn post_sizes(&self) {
        let mut board = self.shared.board();
        for tail in &self.follow.tails {
            if let Some(source) = board.sources.get_mut(&tail.key) {
                source.size = tail.size_now().max(source.offset);
            }
        }
    }

    /// For the next start.
    pub(super) fn note_behind(&mut self) {
        self.behind.write(&self.follow.tails);
    }

    /// Files that were not read to their end and are not there any more.
    fn count_gone(&mut self) {
        let gone: Vec<FileState> =
            self.unread().filter(|state| self.is_gone(state)).cloned().collect();
        for state in gone {
            if !self.finish(state.key) {
                return self.behind.ask_later();
            }
            let size = self.behind.before.remove(&state.key).unwrap_or_default();
            let lost = size.saturating_sub(state.offset);
            if lost > 0 {
                self.shared.counters.lost_bytes.add(lost);
                let path = &state.path;
                let message = format!(
                    "{path} was deleted before its last {lost} bytes were read: they are lost"
                );
                tracing::error!("{message}");
                let found = problem(Severity::Error, "lost_bytes", message);
                self.shared.board().found.push(found);
            }
        }
        let files = &self.core;
        // Of those that are read again the tails tell; of others that are finished, nothing.
        self.behind
            .before
            .retain(|key, _| files.file(*key).is_some_and(|state| !state.is_finished));
        let tails = &self.follow.tails;
        self.behind.before.retain(|key, _| tails.iter().all(|tail| tail.key != *key));
    }

    /// Whether nothing leads to the file any more, in a folder that is there: a disk that is not
    /// mounted may come back.
    fn is_gone(&self, state: &FileState) -> bool {
        let path = Path::new(&state.path);
        let is_itself = |id: FileId| id.inode == state.id.inode;
        let is_here = std::fs::metadata(path).is_ok_and(|found| is_itself(FileId::of(&found)));
        self.options_for(path).is_some()
            && path.parent().is_some_and(Path::is_dir)
            && !is_here
            && !self.is_rotated(state)
    }
}
