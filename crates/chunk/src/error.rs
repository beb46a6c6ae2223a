use crate::CodecError;

/// Why bytes are not a readable chunk. The bytes are damaged, or of a version that this build
/// does not know; in both cases the chunk is set aside and the rest goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not a chunk, or one that was cut off.
    #[error("not a whole chunk: it ends in \"{found}\", expected \"{expected}\"")]
    Magic { found: String, expected: &'static str },
    #[error("chunk version {found} is newer than this build, which reads up to {known}")]
    Version { found: u8, known: u8 },
    #[error("{what} ends too early: {needed} bytes needed, {found} there")]
    Truncated { what: &'static str, needed: u64, found: u64 },
    #[error("the checksum of {what} is {found:#010x}, expected {expected:#010x}")]
    Checksum { what: &'static str, found: u32, expected: u32 },
    #[error("{what} claims {claimed}, expected at most {limit}")]
    Limit { what: &'static str, claimed: u64, limit: u64 },
    #[error("{what} is malformed: {problem}")]
    Malformed { what: &'static str, problem: &'static str },
    #[error("column {column} is needed and was not given")]
    Missing { column: &'static str },
    #[error("{what} cannot be unpacked")]
    Codec {
        what: &'static str,
        #[source]
        source: CodecError,
    },
}

/// Why a batch cannot become a chunk: the caller handed in something else than all columns of
/// some entries in order, or the codec failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    #[error("a chunk of no entries cannot be written")]
    Empty,
    #[error("column {column} has {found} rows, expected {expected}")]
    Rows { column: &'static str, found: usize, expected: usize },
    #[error("row {row} is older than the row before it, expected order by (timestamp, arrival)")]
    Order { row: usize },
    #[error("{what} is {size}, expected at most {limit}")]
    TooLarge { what: &'static str, size: u64, limit: u64 },
    #[error("{what} cannot be packed")]
    Codec {
        what: &'static str,
        #[source]
        source: CodecError,
    },
}
