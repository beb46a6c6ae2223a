use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Destination;
use crate::kept;
use crate::store::Store;

/// How far a destination has taken what came in.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Place {
    /// The arrival number of the next entry to send; None: never begun.
    pub next: Option<u64>,
}

impl Place {
    pub(super) fn read(dir: &Path, name: &str) -> Self {
        kept::read(&path(dir, name))
    }

    pub(super) fn write(self, dir: &Path, name: &str) -> io::Result<()> {
        kept::write(&path(dir, name), &self)
    }
}

fn path(dir: &Path, name: &str) -> PathBuf {
    dir.join("forward").join(format!("{name}.json"))
}

/// Notes where those begin that were not there before: with what comes in from now on. To be
/// called before anything is followed, so that not even the first line is left out.
pub(crate) fn begin<'d>(destinations: impl Iterator<Item = &'d Destination>, store: &Store) {
    for to in destinations {
        if Place::read(store.dir(), &to.name).next.is_none() {
            let place = Place { next: Some(store.next_arrival()) };
            if let Err(error) = place.write(store.dir(), &to.name) {
                tracing::error!(%error, to = to.name, "cannot note where sending on begins");
            }
        }
    }
}
