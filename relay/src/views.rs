//! Views of the page that were given a name, in `views.json` of the data folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use model::Timestamp;
use protocol::views::{NamedView, NamedViews, NewView};

use crate::kept;

const FILE: &str = "views.json";
/// More than anybody chooses from.
const MAX_VIEWS: usize = 1000;
const MAX_NAME_CHARS: usize = 200;
/// What browsers and chats still take as an address.
const MAX_VIEW_BYTES: usize = 64 << 10;

#[derive(Debug, thiserror::Error)]
pub enum ViewsError {
    #[error("a view needs a name of 1 to {MAX_NAME_CHARS} characters")]
    Name,
    #[error("the view is longer than {MAX_VIEW_BYTES} bytes")]
    TooLong,
    #[error("there are {MAX_VIEWS} views already; remove some of them first")]
    TooMany,
    #[error("cannot write the views: {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// All views of a relay that have a name.
#[derive(Debug)]
pub struct Views {
    path: PathBuf,
    /// A std mutex: held for one small file.
    kept: Mutex<NamedViews>,
}

impl Views {
    pub fn open(dir: &Path) -> Self {
        let path = dir.join(FILE);
        Self { kept: Mutex::new(kept::read(&path)), path }
    }

    /// By name.
    pub fn list(&self) -> NamedViews {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a view, in place of the one of the same name.
    pub fn save(&self, new: NewView, now_ns: i64) -> Result<NamedViews, ViewsError> {
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
            return Err(ViewsError::Name);
        }
        if new.view.len() > MAX_VIEW_BYTES {
            return Err(ViewsError::TooLong);
        }
        let id = blake3::hash(name.as_bytes()).to_hex()[..16].to_owned();
        let view =
            NamedView { id, name: name.to_owned(), view: new.view, saved: Timestamp(now_ns) };
        self.change(|views| {
            views.retain(|kept| kept.id != view.id);
            if views.len() >= MAX_VIEWS {
                return Err(ViewsError::TooMany);
            }
            views.push(view);
            views.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(())
        })
    }

    /// Forgets a view; one that is not there is forgotten already.
    pub fn remove(&self, id: &str) -> Result<NamedViews, ViewsError> {
        self.change(|views| {
            views.retain(|kept| kept.id != id);
            Ok(())
        })
    }

    /// What could not be written down has not happened.
    fn change(
        &self,
        change: impl FnOnce(&mut Vec<NamedView>) -> Result<(), ViewsError>,
    ) -> Result<NamedViews, ViewsError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = kept.clone();
        change(&mut next.views)?;
        kept::write(&self.path, &next)
            .map_err(|source| ViewsError::Write { path: self.path.clone(), source })?;
        *kept = next;
        Ok(kept.clone())
    }
}
