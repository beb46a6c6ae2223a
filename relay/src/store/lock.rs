use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// The data folder is ours while this lives; the system releases it even after a kill.
#[derive(Debug)]
pub(crate) struct FolderLock {
    /// Holds the lock.
    file: File,
    /// Where the address stands, for those who find the folder locked.
    address: PathBuf,
}

impl FolderLock {
    pub(crate) fn take(dir: &Path) -> Result<Self, StoreError> {
        let folder = |source| StoreError::Folder { dir: dir.to_owned(), source };
        create_private(dir).map_err(folder)?;
        let address = dir.join("url");
        let mut options = File::options();
        let file = options
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(dir.join("lock"))
            .map_err(folder)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let addr = fs::read_to_string(&address).ok();
                let addr = addr.map(|addr| addr.trim().to_owned()).filter(|addr| !addr.is_empty());
                return Err(StoreError::Locked { addr, dir: dir.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(folder(error)),
        }
        // Of a relay that was killed.
        fs::remove_file(&address).ok();
        Ok(Self { file, address })
    }

    /// Written beside and renamed, so that nobody reads half an address.
    pub(crate) fn announce(&self, url: &str) -> io::Result<()> {
        let unfinished = self.address.with_extension("new");
        File::create(&unfinished)?.write_all(url.as_bytes())?;
        fs::rename(unfinished, &self.address)
    }

    pub(crate) fn release(self) {
        fs::remove_file(&self.address).ok();
        self.file.unlock().ok();
    }
}

/// Logs are nobody else's business, whatever the umask; a folder that is there keeps its mode, as
/// its owner chose it.
fn create_private(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}
