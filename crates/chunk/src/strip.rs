use crate::footer::{HEADER_BYTES, write_footer};
use crate::{ChunkId, Column, Encoded, Tail, read_meta};

/// The chunk without its places: which bytes of which file its entries were is of no use where
/// that file is not, and tells its name. Nothing is unpacked. None: it is no whole chunk.
pub fn without_places(chunk: &[u8]) -> Option<Encoded> {
    let Tail::Meta(mut meta) = read_meta(chunk, chunk.len() as u64).ok()? else { return None };
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
    fn what_is_left_reads_as_if_there_had_been_no_places() {
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
        let mut codec = RuzstdCodec::new();
        let mut made = |place| {
            let batch = Batch::from_entries((0..500).map(|n| entry(n, place)).collect());
            (encode(&labels, &batch, options, &mut codec).unwrap(), batch)
        };
        let (with, _) = made(true);
        let (without, batch) = made(false);
        assert!(without.meta.blocks.len() > 3 && with.bytes.len() > without.bytes.len());
        let stripped = without_places(&with.bytes).unwrap();
        assert_eq!(stripped.bytes, without.bytes);
        assert_eq!((stripped.id, &stripped.meta), (without.id, &without.meta));
        assert_eq!(without_places(&stripped.bytes).unwrap().bytes, stripped.bytes);
        let want = Want { columns: Columns::ALL, auto_fields: None };
        let read = stripped.meta.blocks.iter().map(|block| {
            let sections: Vec<_> =
                block.sections.iter().map(|s| s.of(&stripped.bytes).unwrap()).collect();
            decode_block(block.count, &sections, want, &mut RuzstdCodec::new()).unwrap()
        });
        assert_eq!(crate::merge(&read.collect::<Vec<_>>()), batch);
        for broken in [&with.bytes[1..], &with.bytes[..with.bytes.len() - 1], b""] {
            assert!(without_places(broken).is_none());
        }
    }
}
