use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

use serde::{Deserialize, Serialize};

/// How many bytes of a file's start belong to its identity.
pub(crate) const PREFIX_BYTES: usize = 1024;

/// Device and inode: a rename keeps them, a file that is created anew mostly gets others. They
/// can be given to another file once the first is gone, which is what [`Prefix`] is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub(crate) struct FileId {
    pub device: u64,
    pub inode: u64,
}

impl FileId {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// How a file starts. A file that was short when it was last read keeps its identity when it
/// grows, since the length is kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Prefix {
    /// All that was read so far, less than [`PREFIX_BYTES`].
    Short(Vec<u8>),
    /// The hash of the first [`PREFIX_BYTES`].
    Full([u8; 16]),
}

impl Default for Prefix {
    fn default() -> Self {
        Self::Short(Vec::new())
    }
}

impl Prefix {
    /// Takes the next bytes of the file into account.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let Self::Short(start) = self else { return };
        let room = PREFIX_BYTES.saturating_sub(start.len()).min(bytes.len());
        start.extend_from_slice(bytes.get(..room).unwrap_or_default());
        if start.len() >= PREFIX_BYTES {
            *self = Self::Full(hash(start));
        }
    }

    /// How many bytes of a file's start are needed to compare.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Short(start) => start.len(),
            Self::Full(_) => PREFIX_BYTES,
        }
    }

    /// Whether a file with this start can be the one that was read. `start` has [`Prefix::len`]
    /// bytes, or less when the file is shorter.
    pub(crate) fn matches(&self, start: &[u8]) -> bool {
        match self {
            Self::Short(known) => known == start,
            Self::Full(known) => start.len() == PREFIX_BYTES && *known == hash(start),
        }
    }
}

fn hash(bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.iter_mut().zip(blake3::hash(bytes).as_bytes()).for_each(|(to, from)| *to = *from);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_file_that_grows_keeps_its_identity() {
        let long = vec![b'x'; 2 * PREFIX_BYTES];
        for (read, file, expected) in [
            (&b""[..], &b"anything"[..], true),
            (b"abc", b"abcdef", true),
            (b"abc", b"ab", false),
            (b"abc", b"xyzdef", false),
            (&long, &long, true),
            (&long, b"xxx", false),
        ] {
            let mut prefix = Prefix::default();
            read.chunks(100).for_each(|piece| prefix.extend(piece));
            let start = file.get(..prefix.len()).unwrap_or(file);
            assert_eq!(
                prefix.matches(start),
                expected,
                "{} bytes, {} bytes",
                read.len(),
                file.len()
            );
        }
    }
}
