use std::collections::BTreeMap;
use std::ops::Range;

use chunk::{Compress, EncodeError, Encoded, Options};
use model::{Batch, Labels};

const OPTIONS: Options = Options { block_bytes: 2 << 20 };
/// Lines of one chunk: the workers of the page share a large stream between them.
const CHUNK_BYTES: usize = 16 << 20;

/// What becomes one chunk.
#[derive(Debug)]
pub struct Part<'a> {
    labels: &'a Labels,
    batch: Batch,
}

impl Part<'_> {
    /// The chunk. The same entries and the same packer give the same bytes.
    pub fn encode(&self, codec: &mut dyn Compress) -> Result<Encoded, EncodeError> {
        chunk::encode(self.labels, &self.batch, OPTIONS, codec)
    }
}

/// All streams, in order of their labels and of time.
pub fn parts(streams: &BTreeMap<Labels, Batch>) -> Vec<Part<'_>> {
    let of = |(labels, batch)| {
        let part = move |rows| Part { labels, batch: chunk::rows(batch, rows) };
        cuts(batch).into_iter().map(part)
    };
    streams.iter().flat_map(of).collect()
}

/// Where a stream is cut into chunks.
fn cuts(batch: &Batch) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for row in 0..batch.len() {
        bytes += batch.line_len(row) + 1;
        if bytes >= CHUNK_BYTES {
            cuts.push(start..row + 1);
            (start, bytes) = (row + 1, 0);
        }
    }
    if start < batch.len() {
        cuts.push(start..batch.len());
    }
    cuts
}

#[cfg(test)]
mod tests {
    use model::Entry;

    use super::*;

    #[test]
    fn a_long_stream_becomes_several_chunks_with_every_entry_once() {
        let entry = |n: u64| Entry {
            timestamp: i64::try_from(n).unwrap(),
            arrival: n,
            line: vec![b'x'; 4 << 20],
            ..Entry::default()
        };
        let batch = Batch::from_entries((0..9).map(entry).collect());
        assert_eq!(cuts(&batch), [0..4, 4..8, 8..9]);
        assert!(cuts(&Batch::default()).is_empty());
        let streams = BTreeMap::from([(Labels::from([("job", "a")]), batch)]);
        let counts = |codec: &mut dyn Compress| -> Vec<(String, u32)> {
            let encoded = parts(&streams).into_iter().map(|part| part.encode(codec).unwrap());
            let count = |c: &Encoded| c.meta.blocks.iter().map(|block| block.count).sum();
            encoded.map(|chunk| (format!("{:?}", chunk.id), count(&chunk))).collect()
        };
        let packed = counts(&mut chunk::RuzstdCodec::new());
        assert_eq!(packed.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [4, 4, 1]);
        assert_eq!(packed, counts(&mut chunk::RuzstdCodec::new()));
    }
}
