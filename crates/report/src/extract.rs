use std::collections::BTreeMap;

use chunk::{Decompress, Tail, Want, decode_block, merge, read_meta};
use model::{Batch, Columns};

use crate::{OpenError, Report};

/// The lines of one source file, as they are in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtractedFile {
    /// The label `filename`, or the labels of a stream that came from no file. From a file that
    /// anyone may have made: a caller that writes it to disk takes the last part of it at most.
    pub name: String,
    /// Every entry with a line feed behind it.
    pub bytes: Vec<u8>,
    pub entries: u64,
}

/// Plain logs again: the entries of each file in the order in which they were read, over all its
/// streams. In order of their names.
pub fn extract(
    report: &Report,
    codec: &mut dyn Decompress,
) -> Result<Vec<ExtractedFile>, OpenError> {
    let mut files: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
    for (number, bytes) in report.chunks.iter().enumerate() {
        let malformed =
            |problem: String| OpenError::Malformed { what: format!("chunk {number}: {problem}") };
        let meta = match read_meta(bytes, bytes.len() as u64) {
            Ok(Tail::Meta(meta)) => meta,
            Ok(_) => return Err(malformed("its footer is longer than it is".into())),
            Err(error) => return Err(malformed(error.to_string())),
        };
        let mut labels = meta.labels.clone();
        labels.remove("level");
        let name = labels.get("filename").map_or_else(|| labels.to_string(), str::to_owned);
        let batches = files.entry(name).or_default();
        let columns = Columns { arrivals: true, lines: true, ..Columns::default() };
        for block in &meta.blocks {
            let sections = block.sections.iter().map(|section| section.of(bytes));
            let sections =
                sections.collect::<Result<Vec<_>, _>>().map_err(|e| malformed(e.to_string()))?;
            let want = Want { columns, auto_fields: None };
            let batch = decode_block(block.count, &sections, want, codec);
            batches.push(batch.map_err(|e| malformed(e.to_string()))?);
        }
    }
    Ok(files.into_iter().map(|(name, batches)| in_order(name, &batches)).collect())
}

fn in_order(name: String, batches: &[Batch]) -> ExtractedFile {
    let merged = merge(batches);
    let mut rows: Vec<usize> = (0..merged.len()).collect();
    rows.sort_by_key(|row| merged.arrivals.get(*row).copied());
    let mut bytes = Vec::with_capacity(merged.lines.as_ref().map_or(0, |lines| lines.bytes.len()));
    for row in rows {
        bytes.extend_from_slice(merged.line(row));
        bytes.push(b'\n');
    }
    ExtractedFile { name, bytes, entries: merged.len() as u64 }
}
