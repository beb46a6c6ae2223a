use model::{Labels, SourceFile};
use serde::{Deserialize, Serialize};

use super::{FileId, Prefix};

/// All that is known of one file over its life, under whatever names; kept in the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileState {
    /// Names the file in the journal. A file that is truncated and written anew gets a new one.
    pub key: u64,
    /// Absolute; `-` is standard input. What the label `filename` says, so it stays when the file
    /// is renamed.
    pub path: String,
    pub id: FileId,
    pub prefix: Prefix,
    /// All bytes before it are taken.
    pub offset: u64,
    /// Of its entries, but for `level`.
    pub labels: Labels,
    /// The rule that gave the job, in words.
    pub job_rule: String,
    /// The modification time when it was first read, nanoseconds since 1970.
    pub mtime: i64,
    /// The detector's state in postcard; empty for one that has not started.
    #[serde(with = "serde_bytes")]
    pub detector: Vec<u8>,
    pub entries: u64,
    /// Bytes of its entries that are no valid text; they are kept as they are.
    pub invalid_bytes: u64,
    /// Complete: nothing more of it will be read, it is only known so that it is not read again.
    pub is_finished: bool,
    /// When it was last there, nanoseconds since 1970.
    pub seen: i64,
}

impl FileState {
    pub(crate) const STDIN: &'static str = "-";

    /// As entries name it.
    pub(crate) fn source(&self) -> SourceFile {
        let FileId { device, inode } = self.id;
        SourceFile { path: self.path.clone(), device, inode }
    }

    pub(crate) fn is_stdin(&self) -> bool {
        self.path == Self::STDIN
    }
}
