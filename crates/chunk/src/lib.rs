//! The chunk format, both directions, pure.

mod codec;
mod column;
mod decode;
mod encode;
mod error;
mod footer;
mod meta;
mod rows;
mod signature;

pub use codec::{Codec, CodecError, RuzstdCodec};
pub use column::Column;
pub use decode::{Packed, Want, decode_block};
pub use encode::{Encoded, Options, encode};
pub use error::{EncodeError, FormatError};
pub use footer::{TAIL_BYTES, Tail, VERSION, read_meta};
pub use meta::{BlockMeta, ChunkId, ChunkMeta, Section};
pub use rows::{between, merge, rows};
pub use signature::may_contain;
