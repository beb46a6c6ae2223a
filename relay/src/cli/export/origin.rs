use std::path::Path;

use chunk::Want;
use export::{Piece, unpacked};
use model::{Batch, Columns, Labels, Matcher, TimeRange, Timestamp, selector_text};
use protocol::index::{ChunkRef, HeadRef, Index};

use crate::cli::client::Client;
use crate::cli::failure::Failure;
use crate::store::{Store, StoreError, Zstd};

/// Where the entries come from.
#[derive(Debug)]
pub enum Origin {
    Folder(Store),
    Relay(Client),
}

const ALL: Want<'static> = Want { columns: Columns::ALL, auto_fields: None };

impl Origin {
    pub fn folder(dir: &Path) -> Result<Self, Failure> {
        if !dir.is_dir() {
            return Err(Failure::failed(format!("there is no data folder: {}", dir.display())));
        }
        Ok(Self::Folder(Store::open_read_only(dir)?))
    }

    pub fn index(&self, matchers: &[Matcher], range: TimeRange) -> Result<Index, Failure> {
        match self {
            Self::Folder(store) => Ok(store.index(matchers, range, &[], Columns::ALL)),
            Self::Relay(client) => {
                let mut asked =
                    vec![("match", selector_text(matchers)), ("columns", "timestamps".to_owned())];
                if range.start != Timestamp::MIN {
                    asked.push(("start", range.start.0.to_string()));
                }
                if range.end != Timestamp::MAX {
                    asked.push(("end", range.end.0.to_string()));
                }
                let body = client.get("/api/index", &asked, None)?;
                serde_json::from_str(&body).map_err(|error| {
                    let addr = client.addr();
                    Failure::failed(format!(
                        "{addr} gave an index that cannot be read, expected a Logpane relay: {error}"
                    ))
                })
            }
        }
    }

    /// The blocks of a chunk that the index names; None when it has gone since.
    pub fn chunk(&self, chunk: &ChunkRef) -> Result<Option<Vec<Batch>>, Failure> {
        match self {
            Self::Folder(store) => {
                let blocks = chunk.blocks.iter().map(|block| store.read_block(chunk, block, ALL));
                match blocks.collect::<Result<Vec<_>, _>>() {
                    Ok(batches) => Ok(Some(batches)),
                    Err(StoreError::Gone { .. }) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }
            Self::Relay(client) => {
                let name = format!("chunk {}", chunk.id);
                let bytes = client.get_bytes(&format!("/api/chunks/{}", chunk.id), &[])?;
                bytes.map(|bytes| read(&name, &bytes, Piece::Chunk(chunk))).transpose()
            }
        }
    }

    /// The entries of a head; None when it was sealed meanwhile.
    pub fn head(&self, labels: &Labels, head: &HeadRef) -> Result<Option<Vec<Batch>>, Failure> {
        match self {
            Self::Folder(store) => Ok(store.read_head(head).map(|batch| vec![batch])),
            Self::Relay(client) => {
                let asked = [
                    ("epoch", head.epoch.to_string()),
                    ("count", head.count.to_string()),
                    ("revision", head.revision.to_string()),
                ];
                let bytes = client.get_bytes(&format!("/api/heads/{}", head.id), &asked)?;
                let name = format!("the newest entries of {labels}");
                bytes.map(|bytes| read(&name, &bytes, Piece::Head(head))).transpose()
            }
        }
    }
}

fn read(name: &str, bytes: &[u8], piece: Piece<'_>) -> Result<Vec<Batch>, Failure> {
    let read = unpacked(bytes, piece, Columns::ALL, &mut Zstd::new(1));
    let blocks =
        read.map_err(|error| Failure::failed(format!("{name} cannot be read: {error}")))?;
    Ok(blocks.into_iter().map(|(_, batch)| batch).collect())
}
