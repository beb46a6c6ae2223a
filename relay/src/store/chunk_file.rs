use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use chunk::{BlockMeta, ChunkId, ChunkMeta, Column, Encoded, FormatError, Packed, Section, Tail};
use model::{Batch, Labels};

use crate::journal::sync_folder;
use crate::store::StoreError;
use crate::store::codec::Zstd;
use crate::store::list::List;

/// What is kept in memory of a chunk: where its blocks are, not their signatures, which stay on
/// disk until a query has literals to ask for.
#[derive(Clone, Debug)]
pub(crate) struct StoredChunk {
    pub id: ChunkId,
    /// Bytes of the file.
    pub size: u64,
    /// When it was sealed, nanoseconds since 1970: its age for retention. The file's modification
    /// time, so that it needs no other place.
    pub taken: i64,
    /// It was packed as well as it can be; nothing is gained by doing it again.
    pub is_packed: bool,
    pub blocks: Vec<BlockMeta>,
}

impl StoredChunk {
    pub(crate) fn first(&self) -> i64 {
        self.blocks.iter().map(|block| block.first).min().unwrap_or(i64::MAX)
    }

    pub(crate) fn last(&self) -> i64 {
        self.blocks.iter().map(|block| block.last).max().unwrap_or(i64::MIN)
    }

    pub(crate) fn num_entries(&self) -> u64 {
        self.blocks.iter().map(|block| u64::from(block.count)).sum()
    }

    pub(crate) fn last_arrival(&self) -> u64 {
        self.blocks.iter().map(|block| block.last_arrival).max().unwrap_or(0)
    }
}

/// The folder of sealed chunks, `chunks/ID.chunk`, and `corrupt/`, where damaged ones go.
#[derive(Clone, Debug)]
pub(crate) struct ChunkFolder {
    chunks: PathBuf,
    corrupt: PathBuf,
}

const EXTENSION: &str = "chunk";
const MARK: &str = "merge";

/// What is in the folder of chunks.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// In order of their names.
    pub chunks: Vec<PathBuf>,
    /// See [`ChunkFolder::mark_path`].
    pub marks: Vec<PathBuf>,
}

impl ChunkFolder {
    pub(crate) fn of(dir: &Path) -> Self {
        Self { chunks: dir.join("chunks"), corrupt: dir.join("corrupt") }
    }

    pub(crate) fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.chunks)?;
        fs::create_dir_all(&self.corrupt)
    }

    pub(crate) fn path(&self, id: ChunkId) -> PathBuf {
        self.chunks.join(format!("{id}.{EXTENSION}"))
    }

    pub(crate) fn corrupt(&self) -> &Path {
        &self.corrupt
    }

    /// Writes a chunk. `before_name` runs when all bytes are on the disk and before the file has
    /// its name; after this has returned, a power cut does not lose it.
    pub(crate) fn write(
        &self,
        encoded: Encoded,
        before_name: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<StoredChunk> {
        let unfinished = self.chunks.join(format!("{}.new", encoded.id));
        let path = self.path(encoded.id);
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(&encoded.bytes)?;
            file.sync_all()
        });
        let named =
            written.and_then(|()| before_name()).and_then(|()| fs::rename(&unfinished, path));
        if let Err(error) = named {
            fs::remove_file(&unfinished).ok();
            return Err(error);
        }
        sync_folder(&self.chunks)?;
        let size = encoded.bytes.len() as u64;
        let taken = nanos(SystemTime::now());
        let (id, blocks) = (encoded.id, encoded.meta.blocks);
        Ok(StoredChunk { id, size, taken, is_packed: false, blocks })
    }

    /// The files there are; with `clean`, what a crash left half written is removed.
    pub(crate) fn list(&self, clean: bool) -> io::Result<Listed> {
        let mut listed = Listed::default();
        for entry in fs::read_dir(&self.chunks)? {
            let path = entry?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(EXTENSION) => listed.chunks.push(path),
                Some(MARK) => listed.marks.push(path),
                Some("new") if clean => fs::remove_file(path)?,
                _ => {}
            }
        }
        listed.chunks.sort();
        Ok(listed)
    }

    /// Where it stands what a merged chunk has replaced.
    pub(crate) fn mark_path(&self, id: ChunkId) -> PathBuf {
        self.chunks.join(format!("{id}.{MARK}"))
    }

    /// A chunk that has no name yet.
    pub(crate) fn unfinished_path(&self, id: ChunkId) -> PathBuf {
        self.chunks.join(format!("{id}.new"))
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        sync_folder(&self.chunks)
    }

    /// Moves a damaged chunk out of the way, where a person can look at it.
    pub(crate) fn set_aside(&self, path: &Path) -> io::Result<PathBuf> {
        let name = path.file_name().unwrap_or_default();
        let to = self.corrupt.join(name);
        fs::rename(path, &to)?;
        Ok(to)
    }

    pub(crate) fn remove(&self, id: ChunkId) -> io::Result<()> {
        fs::remove_file(self.path(id))
    }

    /// The bytes of some sections as they stand in the chunk.
    fn read_sections(&self, id: ChunkId, sections: &[Section]) -> io::Result<Vec<Vec<u8>>> {
        let file = File::open(self.path(id))?;
        let read = |section: &Section| {
            let mut bytes = vec![0; section.len as usize];
            file.read_exact_at(&mut bytes, section.offset)?;
            Ok(bytes)
        };
        sections.iter().map(read).collect()
    }

    /// The signature of a block; None when it has none or cannot be read now. A damaged one counts
    /// as none: then the block is read, and the damage is found and reported there.
    pub(crate) fn signature(file: &File, block: &BlockMeta, codec: &mut Zstd) -> Option<Vec<u8>> {
        let section = *block.section(Column::Signature)?;
        let mut bytes = vec![0; section.len as usize];
        file.read_exact_at(&mut bytes, section.offset).ok()?;
        Packed { section, bytes: &bytes }.unpack(codec).ok()
    }

    pub(crate) fn open(&self, id: ChunkId) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// Reads `want` of a block.
    pub(crate) fn read_block(
        &self,
        id: ChunkId,
        count: u32,
        sections: &[Section],
        want: chunk::Want<'_>,
        codec: &mut Zstd,
    ) -> Result<Batch, StoreError> {
        let needed = |section: &&Section| {
            Column::from_number(section.column).is_some_and(|c| c.is_needed(want.columns))
        };
        let needed: Vec<Section> = sections.iter().filter(needed).copied().collect();
        let bytes = match self.read_sections(id, &needed) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Gone { id: id.to_string() });
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let source = FormatError::Malformed { what: "chunk", problem: "it was cut short" };
                return Err(StoreError::Corrupt { id: id.to_string(), source });
            }
            Err(error) => return Err(StoreError::file("read a chunk", &self.path(id))(error)),
        };
        let packed: Vec<Packed<'_>> = needed
            .iter()
            .zip(&bytes)
            .map(|(section, bytes)| Packed { section: *section, bytes })
            .collect();
        chunk::decode_block(count, &packed, want, codec)
            .map_err(|source| StoreError::Corrupt { id: id.to_string(), source })
    }
}

/// Why a file among the chunks is none.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("cannot be read")]
    Read(#[from] io::Error),
    #[error("{0}")]
    Format(#[from] FormatError),
    #[error("its name is not the hash of a chunk")]
    Name,
}

/// The chunk that a file is named after.
pub(crate) fn id_of(path: &Path) -> Option<ChunkId> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// What is known of the chunk at `path`: from the list, when the file is as it was then, else from
/// its footer.
pub(crate) fn load_listed(path: &Path, list: &List) -> Result<(Labels, StoredChunk), LoadError> {
    let id = id_of(path).ok_or(LoadError::Name)?;
    let metadata = fs::metadata(path)?;
    let modified = metadata.modified().map_or(0, nanos);
    match list.get(id, metadata.len(), modified) {
        Some(known) => Ok(known),
        None => load(path),
    }
}

/// Blocks above this were packed after they had been sealed.
const SEALED_BLOCK_BYTES: u64 = 3 << 19;

/// Reads the footer of the chunk at `path`.
pub(crate) fn load(path: &Path) -> Result<(Labels, StoredChunk), LoadError> {
    let id = id_of(path).ok_or(LoadError::Name)?;
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    let meta = read_meta(&file, size)?;
    let taken = metadata.modified().map_or(0, nanos);
    let is_packed = meta.blocks.iter().any(|block| block.raw_bytes > SEALED_BLOCK_BYTES);
    Ok((meta.labels, StoredChunk { id, size, taken, is_packed, blocks: meta.blocks }))
}

fn read_meta(file: &File, size: u64) -> Result<ChunkMeta, LoadError> {
    let mut wanted = chunk::TAIL_BYTES;
    loop {
        let len = usize::try_from(size).unwrap_or(usize::MAX).min(wanted);
        let mut tail = vec![0; len];
        file.read_exact_at(&mut tail, size - len as u64)?;
        match chunk::read_meta(&tail, size)? {
            Tail::Meta(meta) => return Ok(meta),
            Tail::More { bytes } if bytes > len && len as u64 != size => wanted = bytes,
            Tail::More { bytes } => {
                let (needed, found) = (bytes as u64, len as u64);
                return Err(FormatError::Truncated { what: "footer", needed, found }.into());
            }
        }
    }
}

/// Nanoseconds since 1970.
pub(crate) fn nanos(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
    }
}
