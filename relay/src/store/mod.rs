//! Heads, chunks, their index and retention: what the relay keeps.
//!
//! ```text
//! DIR/lock, DIR/url     whose folder it is, and where to find that relay
//! DIR/journal/N.log     what was taken and is in no chunk yet
//! DIR/chunks/ID.chunk   sealed entries
//! DIR/chunks/ID.merge   what ID.chunk has replaced and is still there
//! DIR/chunks.list       the ends of all chunks, for a quick start
//! DIR/corrupt/…         what was found damaged, for a person to look at
//! ```

mod backlog;
pub(crate) mod catalogue;
pub(crate) mod chunk_file;
pub(crate) mod codec;
pub(crate) mod counters;
mod damage;
mod error;
pub(crate) mod facts;
mod handle;
pub(crate) mod head;
pub(crate) mod hub;
mod index;
mod list;
mod lock;
mod open;
mod options;
pub(crate) mod order;
mod places;
pub(crate) mod repeated;
mod restore;
pub(crate) mod retention;
pub(crate) mod shared;
mod since;
mod status;
mod subscription;
pub(crate) mod tidy;

pub(crate) use codec::Zstd;
pub use counters::Figures;
pub use error::StoreError;
pub use handle::{ChunkFile, Pushed, Store};
pub(crate) use index::block_ref;
pub use options::{FreeSpace, MaxLine, Piped, SPOOLS, SourceOptions, StoreOptions};
pub use places::Covered;
pub use retention::{RetentionRule, RuleError};
pub use since::Wanted;
pub use subscription::Subscription;
pub use tidy::{Fate, Step, Steps, Tidying};
