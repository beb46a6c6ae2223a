//! Where entries stand in their files. Before packing:
//!
//! ```text
//! places   files: count; each: path (text), device, inode
//!          runs: count; each: 0 for entries without a place, else the file's number, from 1; how
//!          many entries
//!          of each entry with a place: zigzag(offset - expected), wrapping
//!          of each entry with a place: zigzag(length - length of the line)
//! ```
//!
//! All numbers are varints. What is expected is one byte behind the end of the entry before of the
//! same file, in the first of them 0: lines that follow each other cost next to nothing.

use std::ops::Range;
use std::sync::Arc;

use model::{Places, SourceFile};

use crate::FormatError;
use crate::bytes::{Reader, put_bytes, put_varint, unzigzag, zigzag};
use crate::limits::BLOCK_ENTRIES;

/// Empty when no entry has a place. `line_len`: of the line of a row.
pub(crate) fn write_places(
    places: &Places,
    rows: Range<usize>,
    line_len: impl Fn(usize) -> usize,
) -> Vec<u8> {
    let block = places.pick(rows.clone());
    if block.is_empty() {
        return Vec::new();
    }
    let files = block.files();
    let number = |file: &Arc<SourceFile>| files.iter().position(|f| Arc::ptr_eq(f, file));
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let (mut gaps, mut lengths) = (Vec::new(), Vec::new());
    let mut expected = vec![0_u64; files.len()];
    for (at, row) in rows.enumerate() {
        let part = block.part(at);
        let file = part.and_then(|(file, ..)| number(file)).map_or(0, |file| file + 1);
        match runs.last_mut() {
            Some((known, count)) if *known == file => *count += 1,
            _ => runs.push((file, 1)),
        }
        let next = file.checked_sub(1).and_then(|file| expected.get_mut(file));
        if let (Some((_, offset, len)), Some(next)) = (part, next) {
            put_varint(&mut gaps, zigzag(offset.wrapping_sub(*next) as i64));
            put_varint(&mut lengths, zigzag(i64::from(len) - line_len(row) as i64));
            *next = behind(offset, len);
        }
    }
    let mut out = Vec::with_capacity(gaps.len() + lengths.len() + 64);
    put_varint(&mut out, files.len() as u64);
    for file in files {
        put_bytes(&mut out, file.path.as_bytes());
        put_varint(&mut out, file.device);
        put_varint(&mut out, file.inode);
    }
    put_varint(&mut out, runs.len() as u64);
    for (file, count) in runs {
        put_varint(&mut out, file as u64);
        put_varint(&mut out, count as u64);
    }
    out.append(&mut gaps);
    out.append(&mut lengths);
    out
}

/// Where the next entry of a file stands if nothing is between.
const fn behind(offset: u64, len: u32) -> u64 {
    offset.wrapping_add(len as u64).wrapping_add(1)
}

/// `lengths`: of the lines of all rows.
pub(crate) fn read_places(bytes: &[u8], lengths: &[u32]) -> Result<Places, FormatError> {
    let mut reader = Reader::new(bytes, "places");
    let num_files = reader.at_most(BLOCK_ENTRIES, "files of a block")?;
    let mut files = Vec::with_capacity(num_files.min(reader.len()));
    for _ in 0..num_files {
        let path = reader.text()?.to_owned();
        let (device, inode) = (reader.varint()?, reader.varint()?);
        files.push(Arc::new(SourceFile { path, device, inode }));
    }
    let num_runs = reader.at_most(lengths.len(), "runs of places")?;
    let mut placed: Vec<(usize, usize)> = Vec::new();
    let mut row = 0;
    for _ in 0..num_runs {
        let file = reader.at_most(num_files, "number of a file")?;
        let count = reader.at_most(lengths.len() - row, "entries of a run")?;
        if let Some(file) = file.checked_sub(1) {
            placed.extend((row..row + count).map(|row| (row, file)));
        }
        row += count;
    }
    let mut gaps = Vec::with_capacity(placed.len().min(reader.len()));
    for _ in &placed {
        gaps.push(unzigzag(reader.varint()?));
    }
    let mut expected = vec![0_u64; files.len()];
    let mut places = Places::new();
    for ((row, at), gap) in placed.into_iter().zip(gaps) {
        let more = unzigzag(reader.varint()?);
        let line_len = lengths.get(row).copied().unwrap_or_default();
        let len = i64::from(line_len).checked_add(more).and_then(|len| u32::try_from(len).ok());
        let len = len.ok_or_else(|| reader.malformed("a length is beyond 32 bits"))?;
        if let (Some(file), Some(next)) = (files.get(at), expected.get_mut(at)) {
            let offset = next.wrapping_add(gap as u64);
            places.push(row, file, offset, len);
            *next = behind(offset, len);
        }
    }
    reader.end()?;
    Ok(places)
}
