use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

/// Asks the system to tell when something changes. It only makes things faster: what it misses
/// (network file systems, too many watches) is found by looking five times a second.
#[derive(Debug)]
pub(crate) struct Watch {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    /// `wake` is called from a thread of the watcher, with whether names may have changed.
    pub(crate) fn new(wake: impl Fn(bool) + Send + 'static) -> Self {
        let watcher =
            notify::recommended_watcher(move |event: notify::Result<notify::Event>| match event {
                Ok(event) if event.kind.is_access() => {}
                Ok(event) => wake(!event.kind.is_modify() || is_rename(&event)),
                Err(_) => wake(true),
            });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "changes are found by polling only");
        }
        Self { watcher: watcher.ok(), folders: BTreeSet::new() }
    }

    /// Watches a folder that is not watched yet.
    pub(crate) fn add(&mut self, folder: &Path, is_deep: bool) {
        let Some(watcher) = &mut self.watcher else { return };
        if self.folders.contains(folder) || !folder.is_dir() {
            return;
        }
        let mode = if is_deep { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        match watcher.watch(folder, mode) {
            Ok(()) => {
                self.folders.insert(folder.to_owned());
            }
            Err(error) => tracing::debug!(%error, "not watched: {}", folder.display()),
        }
    }
}

fn is_rename(event: &notify::Event) -> bool {
    matches!(event.kind, notify::EventKind::Modify(notify::event::ModifyKind::Name(_)))
}
