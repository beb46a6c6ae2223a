use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chunk::{BlockMeta, ChunkId, Column, Section};
use model::{Columns, Matcher, Sessions, TimeRange, Timestamp};
use protocol::index::{BlockRef, ChunkRef, Gap, HeadRef, Index, SectionRef, Skipped};

use crate::store::catalogue::{Catalogue, Stream};
use crate::store::chunk_file::{ChunkFolder, StoredChunk};
use crate::store::codec::Zstd;
use crate::store::shared::{Board, Shared};

/// Answers what a query has to read.
pub(crate) fn index(
    shared: &Shared,
    matchers: &[Matcher],
    range: TimeRange,
    literals: &[Vec<Vec<u8>>],
    columns: Columns,
) -> Index {
    let mut index = Index::default();
    // Copied, so that signatures are read without anybody waiting for us.
    let mut chunks: Vec<(usize, Arc<StoredChunk>)> = Vec::new();
    let mut replaced: HashMap<ChunkId, Vec<String>> = HashMap::new();
    {
        let catalogue = shared.read();
        for stream in catalogue.matching(matchers) {
            add_stream(&mut index, &mut chunks, stream, range);
        }
        index.sessions = sessions_of(&catalogue, &index);
        index.gaps = gaps(&catalogue, &shared.board(), matchers, range);
        let merged = chunks.iter().map(|(_, chunk)| (chunk.id, catalogue.replaced_by(chunk.id)));
        for (id, olds) in merged.filter(|(_, olds)| !olds.is_empty()) {
            replaced.insert(id, olds.iter().map(ToString::to_string).collect());
        }
    }
    let mut codec = Zstd::new(1);
    for (stream, chunk) in chunks {
        let blocks = pick_blocks(shared, &chunk, range, literals, &mut index.skipped, &mut codec);
        if !blocks.is_empty() {
            index.chunks.push(ChunkRef {
                id: chunk.id.to_string(),
                stream,
                size: chunk.size,
                blocks: blocks.into_iter().map(|(at, b)| block_ref(at, b, columns)).collect(),
                replaces: replaced.get(&chunk.id).cloned().unwrap_or_default(),
            });
        }
    }
    let last = |chunk: &ChunkRef| chunk.blocks.iter().map(|block| block.last).max();
    index.chunks.sort_by(|a, b| last(b).cmp(&last(a)).then_with(|| a.id.cmp(&b.id)));
    index
}

fn add_stream(
    index: &mut Index,
    chunks: &mut Vec<(usize, Arc<StoredChunk>)>,
    stream: &Stream,
    range: TimeRange,
) {
    let Some((first, last)) = stream.span() else { return };
    index.oldest =
        Some(index.oldest.map_or(Timestamp(first), |oldest| oldest.min(Timestamp(first))));
    index.newest = index.newest.max(Some(Timestamp(last)));
    let at = index.streams.len();
    let (num_chunks, num_heads) = (chunks.len(), index.heads.len());
    let meant = stream.chunks.iter().filter(|c| range.overlaps(c.first(), c.last()));
    chunks.extend(meant.map(|chunk| (at, Arc::clone(chunk))));
    if let Some((first, last)) = stream.head.span().filter(|(f, l)| range.overlaps(*f, *l)) {
        index.heads.push(HeadRef {
            stream: at,
            id: stream.id.clone(),
            epoch: stream.head.epoch,
            count: u32::try_from(stream.head.len()).unwrap_or(u32::MAX),
            revision: stream.head.revision,
            first: Timestamp(first),
            last: Timestamp(last),
        });
    }
    if chunks.len() > num_chunks || index.heads.len() > num_heads {
        index.streams.push(stream.labels.clone());
    }
}

fn sessions_of(catalogue: &Catalogue, index: &Index) -> Sessions {
    let jobs: BTreeSet<&str> = index.streams.iter().filter_map(|l| l.get("job")).collect();
    let all = catalogue.sessions.0.iter().filter(|(job, _)| jobs.contains(job.as_str()));
    Sessions(all.map(|(job, sessions)| (job.clone(), sessions.clone())).collect())
}

/// The same of one chunk; None when it is gone.
pub(crate) fn chunk_blocks(
    shared: &Shared,
    id: ChunkId,
    range: TimeRange,
    literals: &[Vec<Vec<u8>>],
    columns: Columns,
    skipped: &mut Skipped,
) -> Option<Vec<BlockRef>> {
    let chunk = Arc::clone(shared.read().chunk(id)?);
    let picked = pick_blocks(shared, &chunk, range, literals, skipped, &mut Zstd::new(1));
    Some(picked.into_iter().map(|(at, block)| block_ref(at, block, columns)).collect())
}

/// The blocks that lie in the range and may hold the literals, with their positions.
fn pick_blocks<'a>(
    shared: &Shared,
    chunk: &'a StoredChunk,
    range: TimeRange,
    literals: &[Vec<Vec<u8>>],
    skipped: &mut Skipped,
    codec: &mut Zstd,
) -> Vec<(usize, &'a BlockMeta)> {
    // No file is opened for a query without literals. One that retention has just removed has no
    // signatures; the reader is told that it is gone.
    let file = if literals.is_empty() { None } else { shared.folder.open(chunk.id).ok() };
    let mut picked = Vec::new();
    for (at, block) in chunk.blocks.iter().enumerate() {
        if !range.overlaps(block.first, block.last) {
            continue;
        }
        let signature = file.as_ref().and_then(|file| ChunkFolder::signature(file, block, codec));
        if signature.is_none_or(|signature| chunk::may_contain(&signature, literals)) {
            picked.push((at, block));
        } else {
            skipped.blocks += 1;
            skipped.entries += u64::from(block.count);
            skipped.raw_bytes += block.raw_bytes;
            skipped.entries_at_most |= !range.covers(block.first, block.last);
        }
    }
    picked
}

pub(crate) fn block_ref(at: usize, block: &BlockMeta, columns: Columns) -> BlockRef {
    let needed = |section: &&Section| {
        Column::from_number(section.column).is_some_and(|column| column.is_needed(columns))
    };
    let section = |section: &Section| SectionRef {
        column: section.column,
        offset: section.offset,
        len: section.len,
        raw: section.raw,
        checksum: section.checksum,
    };
    BlockRef {
        index: u32::try_from(at).unwrap_or(u32::MAX),
        count: block.count,
        first: Timestamp(block.first),
        last: Timestamp(block.last),
        raw: block.raw_bytes,
        sections: block.sections.iter().filter(needed).map(section).collect(),
    }
}

/// Why an answer about these streams may be incomplete.
pub(crate) fn missing(shared: &Shared, matchers: &[Matcher], range: TimeRange) -> Vec<Gap> {
    let catalogue = shared.read();
    gaps(&catalogue, &shared.board(), matchers, range)
}

fn gaps(catalogue: &Catalogue, board: &Board, matchers: &[Matcher], range: TimeRange) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    gaps.extend(
        board.stopped.iter().map(|problem| Gap::Stopped { reason: problem.message.clone() }),
    );
    let reading = board.sources.values().filter(|source| source.offset < source.size);
    gaps.extend(reading.filter(|source| may_match(source, matchers)).map(|source| Gap::Reading {
        path: source.path.clone(),
        done: source.offset,
        total: source.size,
    }));
    let corrupt = catalogue.corrupt.iter().filter(|(_, chunk)| {
        chunk.labels.as_ref().is_none_or(|labels| matchers.iter().all(|m| m.matches(labels)))
            && chunk.span.is_none_or(|(first, last)| range.overlaps(first, last))
    });
    gaps.extend(corrupt.map(|(id, chunk)| Gap::Corrupt {
        chunk: id.clone(),
        entries: chunk.entries,
        reason: chunk.reason.clone(),
    }));
    gaps
}

/// Whether lines of a file can be meant. Its levels are not known before they are read, nor are
/// labels that were set by hand told here.
fn may_match(source: &protocol::status::Source, matchers: &[Matcher]) -> bool {
    matchers.iter().all(|matcher| match matcher.name.as_str() {
        "job" => matcher.matches_value(&source.job),
        "instance" => matcher.matches_value(&source.instance),
        _ => true,
    })
}
