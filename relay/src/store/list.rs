//! `DIR/chunks.list`: the ends of all chunks, so that a start reads one file instead of opening
//! every chunk. It is no more than a copy: what it lacks, or says of a file that is not as it was,
//! is read from the chunk itself, and a damaged one is as good as none.
//!
//! ```text
//! list    "LPlist1\n", chunks, CRC-32 of both: u32
//! chunk   name: 16 bytes, size: u64, modified: i64 (nanoseconds since 1970), packed: u8,
//!         length of the end: u32, the chunk's end as it stands in the chunk
//! ```
//!
//! Numbers are little endian.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chunk::{ChunkId, ChunkMeta, Tail, VERSION};
use model::Labels;

use crate::store::chunk_file::StoredChunk;

const MAGIC: &[u8; 8] = b"LPlist1\n";

/// What a list says of chunks.
#[derive(Debug, Default)]
pub(crate) struct List {
    bytes: Vec<u8>,
    /// Where each stands in the bytes.
    places: HashMap<ChunkId, Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    size: u64,
    modified: i64,
    is_packed: bool,
    start: usize,
    end: usize,
}

pub(crate) fn path(dir: &Path) -> PathBuf {
    dir.join("chunks.list")
}

impl List {
    /// Empty when there is none that can be used.
    pub(crate) fn read(dir: &Path) -> Self {
        let bytes = match fs::read(path(dir)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            Err(error) => {
                tracing::warn!(%error, "the list of chunks cannot be read, each is opened instead");
                return Self::default();
            }
        };
        match places(&bytes) {
            Some(places) => Self { bytes, places },
            None => {
                tracing::warn!("the list of chunks is damaged, each is opened instead");
                Self::default()
            }
        }
    }

    /// What it says of a chunk whose file is this long and was changed then.
    pub(crate) fn get(
        &self,
        id: ChunkId,
        size: u64,
        modified: i64,
    ) -> Option<(Labels, StoredChunk)> {
        let place = self.places.get(&id).filter(|p| p.size == size && p.modified == modified)?;
        let tail = self.bytes.get(place.start..place.end)?;
        let Ok(Tail::Meta(meta)) = chunk::read_meta(tail, size) else { return None };
        let is_packed = place.is_packed;
        let chunk = StoredChunk { id, size, taken: modified, is_packed, blocks: meta.blocks };
        Some((meta.labels, chunk))
    }
}

fn places(bytes: &[u8]) -> Option<HashMap<ChunkId, Place>> {
    let (body, checksum) = bytes.split_last_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    let mut places = HashMap::new();
    while !rest.is_empty() {
        let (id, after) = rest.split_first_chunk::<16>()?;
        let (size, after) = after.split_first_chunk::<8>()?;
        let (modified, after) = after.split_first_chunk::<8>()?;
        let ([packed], after) = after.split_first_chunk::<1>()?;
        let (len, after) = after.split_first_chunk::<4>()?;
        let (_, next) = after.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        let place = Place {
            size: u64::from_le_bytes(*size),
            modified: i64::from_le_bytes(*modified),
            is_packed: *packed != 0,
            start: body.len() - after.len(),
            end: body.len() - next.len(),
        };
        places.insert(ChunkId::from(*id), place);
        rest = next;
    }
    Some(places)
}

/// Writes the list anew. The old one stays until the new one is whole.
pub(crate) fn write(dir: &Path, chunks: &[(Labels, Arc<StoredChunk>)]) -> io::Result<()> {
    let (path, unfinished) = (path(dir), dir.join("chunks.list.new"));
    let written = write_to(&unfinished, chunks).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        fs::remove_file(&unfinished).ok();
    }
    written
}

fn write_to(path: &Path, chunks: &[(Labels, Arc<StoredChunk>)]) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut checksum = crc32fast::Hasher::new();
    let mut put = |bytes: &[u8]| {
        checksum.update(bytes);
        out.write_all(bytes)
    };
    put(MAGIC)?;
    for (labels, chunk) in chunks {
        let (labels, blocks) = (labels.clone(), chunk.blocks.clone());
        let meta = ChunkMeta { version: VERSION, labels, blocks };
        let end = chunk::write_meta(&meta).map_err(io::Error::other)?;
        let len = u32::try_from(end.len()).map_err(io::Error::other)?;
        put(&chunk.id.bytes())?;
        put(&chunk.size.to_le_bytes())?;
        put(&chunk.taken.to_le_bytes())?;
        put(&[u8::from(chunk.is_packed)])?;
        put(&len.to_le_bytes())?;
        put(&end)?;
    }
    let checksum = checksum.finalize();
    out.write_all(&checksum.to_le_bytes())?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
