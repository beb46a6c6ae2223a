use std::io;
use std::path::{Path, PathBuf};

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another relay has the folder; hand the work to it.
    #[error("a relay already runs on the data folder{}: {}", at(.addr.as_deref()), .dir.display())]
    Locked { addr: Option<String>, dir: PathBuf },
    /// The folder cannot be used at all: no permission, not a folder, no such device.
    #[error("cannot use the data folder, expected a folder that this user can write to: {}", .dir.display())]
    Folder {
        dir: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Nothing can be taken now; the same may be tried again later.
    #[error("the disk is full, nothing is taken until there is room: {}", .dir.display())]
    Full { dir: PathBuf },
    /// A file of the folder could not be read or written.
    #[error("cannot {action}: {}", .path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A chunk is damaged; it was set aside and is reported in the status.
    #[error("chunk {id} is damaged and was set aside")]
    Corrupt {
        id: String,
        #[source]
        source: chunk::FormatError,
    },
    /// The chunk is not here (any more): retention removed it.
    #[error("chunk {id} is not here any more")]
    Gone { id: String },
    /// The pushed labels cannot name a stream.
    #[error("{what}, expected {expected}")]
    Labels { what: String, expected: &'static str },
    /// What was said of a file cannot hold.
    #[error("{message}")]
    Said { message: String },
    /// The store was shut down, or only opened for reading.
    #[error("the store takes nothing: it is {state}")]
    Closed { state: &'static str },
}

fn at(addr: Option<&str>) -> String {
    addr.map(|addr| format!(" at {addr}")).unwrap_or_default()
}

impl StoreError {
    pub(crate) fn file(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    /// Whether waiting for room on the disk may help.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::File { source, .. } | Self::Folder { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }
}
