//! Heads, chunks, their index and retention: what the relay keeps.

mod error;
mod handle;
mod options;
mod subscription;

pub use error::StoreError;
pub use handle::{ChunkFile, Pushed, Store};
pub use options::{FreeSpace, SourceOptions, StoreOptions};
pub use subscription::Subscription;
