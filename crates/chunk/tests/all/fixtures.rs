//! Frozen chunks of every version, whole and damaged: what is stored today is readable for ever.
//!
//! Beside each `NAME.chunk` stands `NAME.txt`, what reading it gives: once the timestamps alone,
//! once everything. A change of the writer may add files here; it never changes one.

use std::fmt::Write as _;
use std::path::Path;

use crate::common::{ALL, CZstd, read};
use chunk::{ChunkId, Decompress, FormatError, RuzstdCodec, Want};
use model::{Batch, Columns, Labels};

fn outcome(read: Result<(Labels, Batch), FormatError>) -> String {
    match read {
        // Which error it is, not its wording.
        Err(error) => {
            let kind = format!("{error:?}");
            format!("error: {}\n", kind.split(' ').next().unwrap_or_default())
        }
        Ok((labels, batch)) => {
            let mut text = format!("{labels}\n");
            for row in 0..batch.len() {
                let entry = batch.entry(row);
                let line = entry.line.escape_ascii();
                let (metadata, auto) = (entry.metadata, entry.auto);
                writeln!(text, "{} {} \"{line}\"", entry.timestamp, entry.arrival)
                    .and_then(|()| writeln!(text, "    {metadata:?} {auto:?}"))
                    .expect("a string takes all");
                if let Some(place) = entry.place {
                    writeln!(text, "    {:?} {}+{}", place.file, place.offset, place.len)
                        .expect("a string takes all");
                }
            }
            text
        }
    }
}

fn outcomes(bytes: &[u8], codec: &mut dyn Decompress) -> String {
    let id = ChunkId::of(bytes);
    let few = Want { columns: Columns::default(), auto_fields: None };
    let timestamps = outcome(read(bytes, few, codec));
    format!("{id}\n\ntimestamps\n{timestamps}\nall\n{}", outcome(read(bytes, ALL, codec)))
}

#[test]
fn frozen_chunks_read_as_they_always_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut num = 0;
    for file in std::fs::read_dir(folder).expect("the fixtures") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|e| e != "chunk") {
            continue;
        }
        num += 1;
        let bytes = std::fs::read(&path).expect("a readable file");
        let expected = std::fs::read_to_string(path.with_extension("txt")).expect("its text");
        for codec in [&mut CZstd as &mut dyn Decompress, &mut RuzstdCodec::new()] {
            assert_eq!(outcomes(&bytes, codec), expected, "{}", path.display());
        }
    }
    assert_eq!(num, 8);
}
