use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A file of this size becomes the older half; the half before it goes.
const MAX_BYTES: u64 = 1 << 20;
/// What is at hand for whoever asks.
const RECENT: usize = 500;

/// A list that grows at its end and forgets at its start, a line of JSON each: `NAME.jsonl`, and
/// `NAME.old.jsonl` before it.
#[derive(Debug)]
pub(super) struct Log<T> {
    path: PathBuf,
    recent: Mutex<VecDeque<T>>,
}

impl<T: Serialize + DeserializeOwned + Clone> Log<T> {
    /// Reads the end of what there is.
    pub(super) fn open(folder: &Path, name: &str) -> Self {
        let path = folder.join(format!("{name}.jsonl"));
        let mut recent = VecDeque::new();
        for path in [older(&path), path.clone()] {
            let text = fs::read_to_string(&path).unwrap_or_default();
            // The last line may be half: the relay was killed while it wrote.
            recent.extend(text.lines().filter_map(|line| serde_json::from_str(line).ok()));
        }
        let surplus = recent.len().saturating_sub(RECENT);
        recent.drain(..surplus);
        Self { path, recent: Mutex::new(recent) }
    }

    pub(super) fn add(&self, item: T) {
        // Held while a line is written, so that lines are whole and in order.
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.append(&item) {
            tracing::warn!(%error, path = %self.path.display(), "what became of an alert is not noted");
        }
        recent.push_back(item);
        if recent.len() > RECENT {
            recent.pop_front();
        }
    }

    /// The newest, newest first.
    pub(super) fn newest(&self, limit: usize) -> Vec<T> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.iter().rev().take(limit).cloned().collect()
    }

    fn append(&self, item: &T) -> io::Result<()> {
        let mut line = serde_json::to_vec(item).map_err(io::Error::other)?;
        line.push(b'\n');
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::metadata(&self.path).is_ok_and(|meta| meta.len() > MAX_BYTES) {
            fs::rename(&self.path, older(&self.path))?;
        }
        OpenOptions::new().create(true).append(true).open(&self.path)?.write_all(&line)
    }
}

fn older(path: &Path) -> PathBuf {
    path.with_extension("old.jsonl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_there_after_a_restart_and_the_files_stay_small() {
        let dir = tempfile::tempdir().unwrap();
        let log = Log::<String>::open(dir.path(), "x");
        let item = |n: usize| format!("{n:06}{}", "y".repeat(2000));
        (0..1500).for_each(|n| log.add(item(n)));
        fs::write(dir.path().join("half"), b"").unwrap();
        OpenOptions::new()
            .append(true)
            .open(dir.path().join("x.jsonl"))
            .unwrap()
            .write_all(b"\"cut of")
            .unwrap();
        let again = Log::<String>::open(dir.path(), "x");
        assert_eq!(again.newest(2), [item(1499), item(1498)]);
        assert_eq!(again.newest(usize::MAX), log.newest(usize::MAX));
        let size = |name: &str| fs::metadata(dir.path().join(name)).unwrap().len();
        assert!(size("x.jsonl") + size("x.old.jsonl") < 2 * MAX_BYTES + 10_000);
    }
}
