//! The chunk format, both directions, pure.
//!
//! A chunk holds entries of one stream and is never changed. It is cut into blocks, and a block
//! into columns that are packed each for itself, so that a reader fetches and unpacks what its
//! query needs and nothing else: a count reads the timestamps, a filter the lines. The footer
//! says where everything is, so a read of a chunk's end is enough to plan, and each block has a
//! signature of the text in it, so that most blocks without a searched word are never read.
//!
//! ```
//! use chunk::{Options, Packed, RuzstdCodec, Tail, Want, decode_block, encode, read_meta};
//! use model::{Batch, Columns, Entry, Labels};
//!
//! let entry = Entry { timestamp: 5, line: b"CUDA out of memory".to_vec(), ..Entry::default() };
//! let batch = Batch::from_entries(vec![entry]);
//! let mut codec = RuzstdCodec::new();
//! let chunk = encode(&Labels::from([("job", "a")]), &batch, Options::default(), &mut codec)?;
//!
//! let Tail::Meta(meta) = read_meta(&chunk.bytes, chunk.bytes.len() as u64)? else { return Ok(()) };
//! let block = &meta.blocks[0];
//! let sections =
//!     block.sections.iter().map(|s| s.of(&chunk.bytes)).collect::<Result<Vec<Packed>, _>>()?;
//! let want = Want { columns: Columns::ALL, auto_fields: None };
//! assert_eq!(decode_block(block.count, &sections, want, &mut codec)?, batch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The bytes are described beside the code that writes them: the frame in `footer.rs`, columns
//! in `numbers.rs`, `fields/`, `places.rs` and `signature.rs`. Whatever the bytes are, reading them ends in a
//! batch or a [`FormatError`]. Packing is the caller's: C zstd in the relay, [`RuzstdCodec`] in
//! the browser.

mod bytes;
mod codec;
mod column;
mod cut;
mod decode;
mod encode;
mod error;
mod fields;
mod footer;
mod keep;
mod limits;
mod meta;
mod numbers;
mod places;
mod rows;
mod section;
mod signature;

pub use codec::{CodecError, Compress, Decompress, RuzstdCodec};
pub use column::Column;
pub use decode::{Want, decode_block};
pub use encode::{Encoded, Encoder, Options, encode};
pub use error::{EncodeError, FormatError};
pub use footer::{TAIL_BYTES, Tail, VERSION, read_meta, write_meta};
pub use keep::keep_blocks;
pub use meta::{BlockMeta, ChunkId, ChunkMeta, Section};
pub use rows::{between, merge, rows};
pub use section::Packed;
pub use signature::may_contain;
