//! The chunk format through its public face.

// Frozen chunks of every version.
mod fixtures;
// Bytes that are damaged or made to harm.
mod hostile;
// What is written is what is read.
mod roundtrip;
// Merging and cutting batches.
mod rows;
// Skip tests.
mod signature;

// The relay's codec, and reading a chunk from its bytes alone.
mod common;
