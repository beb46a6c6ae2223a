//! What a person says of files in place of what was found: `sources.json` of the data folder.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;

use detect::Zone;
use jiff::tz::TimeZone;
use protocol::sources::{Change, Said};

use super::thread::Ingest;
use crate::kept;
use crate::source::FileState;
use crate::store::StoreError;

const FILE: &str = "sources.json";
const MAX_JOB_CHARS: usize = 200;

/// By path.
#[derive(Debug)]
pub(crate) struct SaidBook {
    path: PathBuf,
    said: BTreeMap<String, Said>,
}

/// A change that waits until the journal says nothing about bytes from before it: they would be
/// read otherwise when they are replayed.
pub(super) struct Waiting {
    pub(super) change: Change,
    pub(super) answer: SyncSender<Result<(), StoreError>>,
}

impl SaidBook {
    pub(crate) fn open(dir: &Path) -> Self {
        let path = dir.join(FILE);
        Self { said: kept::read(&path), path }
    }

    /// For who may change nothing in the folder.
    pub(crate) fn look(dir: &Path) -> Self {
        let path = dir.join(FILE);
        Self { said: kept::look(&path), path }
    }

    /// The zones of files that have one of their own.
    pub(crate) fn zones(&self) -> BTreeMap<String, Zone> {
        let zone = |(path, said): (&String, &Said)| Some((path.clone(), zone_of(said)?));
        self.said.iter().filter_map(zone).collect()
    }

    pub(super) fn of(&self, path: &str) -> Said {
        self.said.get(path).cloned().unwrap_or_default()
    }

    fn set(&mut self, path: &str, said: Said) -> io::Result<()> {
        let mut all = self.said.clone();
        match said == Said::default() {
            true => all.remove(path),
            false => all.insert(path.to_owned(), said),
        };
        kept::write(&self.path, &all)?;
        self.said = all;
        Ok(())
    }
}

fn zone_of(said: &Said) -> Option<Zone> {
    TimeZone::get(said.zone.as_deref()?).ok().map(Zone::Rules)
}

impl Ingest {
    /// Holds for what is read from now on; what is there stays as it is.
    pub(super) fn change_source(&mut self, change: Change) -> Result<(), StoreError> {
        let Change { path, said } = self.checked(change)?;
        self.write_checkpoint();
        if !self.can_take() {
            return Err(self.full());
        }
        let file = self.follow.said.path.clone();
        self.follow
            .said
            .set(&path, said.clone())
            .map_err(StoreError::file("write what was said of files", &file))?;
        self.core.set_zone(&path, zone_of(&said));
        let tails = std::mem::take(&mut self.follow.tails);
        for tail in &tails {
            let Some(state) = self.core.file(tail.key).filter(|state| state.path == path) else {
                continue;
            };
            let source = self.follow.sources.iter().find(|source| source.covers(&tail.path));
            if let Some(source) = source {
                let (labels, job_rule) = self.follow.labels_of(&path, &source.options);
                self.register(FileState { labels, job_rule, ..state.clone() });
            }
            self.post(tail);
        }
        self.follow.tails = tails;
        Ok(())
    }

    /// Without room the journal takes no checkpoint, and nobody is kept waiting for one.
    pub(super) fn refuse_changes(&mut self) {
        for Waiting { answer, .. } in std::mem::take(&mut self.waiting) {
            answer.send(Err(self.full())).ok();
        }
    }

    /// The change as it is kept: an empty word says nothing.
    fn checked(&self, change: Change) -> Result<Change, StoreError> {
        let wrong = |message| Err(StoreError::Said { message });
        let Change { path, said } = change;
        let word = |word: Option<String>| {
            word.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty())
        };
        let said = Said { job: word(said.job), zone: word(said.zone) };
        let of_path = |key| self.core.file(key).is_some_and(|state| state.path == path);
        let Some(tail) = self.follow.tails.iter().find(|tail| of_path(tail.key)) else {
            return wrong(format!(
                "{path} is not followed, expected one of the files of /api/sources"
            ));
        };
        if self.follow.pipes.has(tail.key) {
            return wrong(format!(
                "{path} goes through stages, expected a change of the configuration, which says \
                 what its lines are"
            ));
        }
        if said.job.as_ref().is_some_and(|job| job.chars().count() > MAX_JOB_CHARS) {
            return wrong("the job is too long, expected at most 200 characters".to_owned());
        }
        if let Some(zone) = said.zone.as_ref().filter(|zone| TimeZone::get(zone).is_err()) {
            return wrong(format!(
                "there is no time zone {zone}, expected one as in Asia/Shanghai"
            ));
        }
        Ok(Change { path, said })
    }
}
