use crate::footer::{HEADER_BYTES, write_footer};
use crate::{ChunkId, Column, Encoded, Tail, read_meta};

/// A chunk of some blocks of another one, as they are but for their places: which bytes of which
/// file entries were is of no use where that file is not, and tells its name. Nothing is unpacked.
/// None: it is no whole chunk, or no block is to be kept.
pub fn keep_blocks(chunk: &[u8], keep: impl Fn(usize) -> bool) -> Option<Encoded> {
    let Tail::Meta(mut meta) = read_meta(chunk, chunk.len() as u64).ok()? else { return None };
    let mut at = 0..;
    meta.blocks.retain(|_| at.next().is_some_and(&keep));
    if meta.blocks.is_empty() {
        return None;
    }
    let stays = |number| Column::from_number(number).is_some_and(|c| c != Column::Places);
    for block in &mut meta.blocks {
        block.sections.retain(|section| stays(section.column));
    }
    let mut sections: Vec<_> =
        meta.blocks.iter_mut().flat_map(|block| &mut block.sections).collect();
    // As they stand: what a reader fetches together stays together.
    sections.sort_by_key(|section| section.offset);
    let mut bytes = Vec::with_capacity(chunk.len());
    bytes.extend_from_slice(chunk.get(..HEADER_BYTES)?);
    for section in sections {
        let packed = section.of(chunk).ok()?;
        section.offset = bytes.len() as u64;
        bytes.extend_from_slice(packed.bytes);
    }
    write_footer(&mut bytes, &meta).ok()?;
    Some(Encoded { id: ChunkId::of(&bytes), bytes, meta })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Batch, Columns, Entry, Labels, Place, SourceFile};

    use super::*;
    use crate::{Options, RuzstdCodec, Want, decode_block, encode};

    #[test]
    fn what_is_kept_reads_as_if_the_rest_had_never_been() {
        let file = Arc::new(SourceFile::default());
        let entry = |n: u64, place: bool| Entry {
            timestamp: i64::try_from(n).unwrap(),
            arrival: n,
            line: format!("line {n} {}", "x".repeat(1_000)).into_bytes(),
            metadata: vec![("trace".to_owned(), n.to_string())],
            place: place.then(|| Place { file: Arc::clone(&file), offset: n, len: 9 }),
            ..Entry::default()
        };
        let labels = Labels::from([("job", "a")]);
        let options = Options { block_bytes: 64 << 10 };
        let made = |rows: std::ops::Range<u64>, place| {
            let batch = Batch::from_entries(rows.map(|n| entry(n, place)).collect());
            (encode(&labels, &batch, options, &mut RuzstdCodec::new()).unwrap(), batch)
        };
        let (with, _) = made(0..500, true);
        let (without, batch) = made(0..500, false);
        assert!(with.meta.blocks.len() > 3 && with.bytes.len() > without.bytes.len());
        let kept = keep_blocks(&with.bytes, |_| true).unwrap();
        assert_eq!(kept.bytes, without.bytes);
        assert_eq!((kept.id, &kept.meta), (without.id, &without.meta));
        assert_eq!(read(&kept), batch);
        // The first block is what a chunk of its entries alone would be.
        let first = u64::from(with.meta.blocks[0].count);
        let (alone, batch) = made(0..first, false);
        let kept = keep_blocks(&with.bytes, |at| at == 0).unwrap();
        assert_eq!(kept.bytes, alone.bytes);
        assert_eq!(read(&kept), batch);
        let last = with.meta.blocks.len() - 1;
        let kept = keep_blocks(&with.bytes, |at| at == 1 || at == last).unwrap();
        let [second, end] = [1, last].map(|at| with.meta.blocks[at].count as usize);
        let read = read(&kept);
        assert_eq!((read.len(), read.arrivals[0]), (second + end, first));
        assert_eq!(read.line(read.len() - 1), entry(499, false).line);

        assert!(keep_blocks(&with.bytes, |_| false).is_none());
        for broken in [&with.bytes[1..], &with.bytes[..with.bytes.len() - 1], b""] {
            assert!(keep_blocks(broken, |_| true).is_none());
        }
    }

    fn read(chunk: &Encoded) -> Batch {
        let want = Want { columns: Columns::ALL, auto_fields: None };
        let blocks = chunk.meta.blocks.iter().map(|block| {
            let sections: Vec<_> =
                block.sections.iter().map(|s| s.of(&chunk.bytes).unwrap()).collect();
            decode_block(block.count, &sections, want, &mut RuzstdCodec::new()).unwrap()
        });
        crate::merge(&blocks.collect::<Vec<_>>())
    }
}
