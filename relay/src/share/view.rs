//! What the holder of a share sees of the store.

use std::collections::BTreeSet;
use std::sync::Arc;

use chunk::{Column, Packed, Want};
use model::{Batch, Columns, Labels, Matcher, Sessions, TimeRange, Timestamp};
use protocol::index::{BlockRef, ChunkRef, Gap, HeadRef, Index, Skipped};
use protocol::tail::{TailFrame, TailStream};

use super::cuts::{Cut, CutKey, Cuts};
use super::scope::{Scope, ScopeError};
use crate::store::{ChunkFile, Store, StoreError, Zstd, block_ref};

/// A store as far as a scope reaches, at one moment.
#[derive(Debug)]
pub struct View<'a> {
    pub store: &'a Store,
    pub share: &'a str,
    pub scope: &'a Scope,
    pub cuts: &'a Cuts,
    pub now_ns: i64,
}

/// A chunk that a holder may read.
#[derive(Debug)]
pub enum Limited {
    /// It lies wholly in the scope.
    Whole(ChunkFile),
    /// The part of one that does.
    Cut(Arc<Cut>),
}

/// One chunk of an index, before a query's own conditions.
enum Piece {
    Whole { id: String, size: u64 },
    Cut(Arc<Cut>),
}

/// All there is of a scope and one selector.
#[derive(Default)]
struct Pieces {
    pieces: Vec<(Labels, Piece)>,
    gaps: Vec<Gap>,
    span: Option<(i64, i64)>,
    num_damaged: usize,
    /// Heads whose entries are in a chunk by now, which was not looked at.
    num_sealed: usize,
}

impl Pieces {
    fn add(&mut self, labels: &Labels, (first, last): (i64, i64), piece: Piece) {
        let (from, to) = self.span.unwrap_or((first, last));
        self.span = Some((from.min(first), to.max(last)));
        self.pieces.push((labels.clone(), piece));
    }

    /// Adds what was cut, or notes that it could not be.
    fn take(
        &mut self,
        labels: &Labels,
        cut: Result<Option<Arc<Cut>>, CutError>,
    ) -> Result<(), ScopeError> {
        match cut {
            Ok(Some(cut)) => self.add(labels, span(&cut), Piece::Cut(cut)),
            // Nothing of it is in the scope, or retention removed it in between.
            Ok(None) | Err(CutError::Store(StoreError::Gone { .. })) => {}
            Err(CutError::Store(_)) => self.num_damaged += 1,
            Err(CutError::Scope(error)) => return Err(error),
        }
        Ok(())
    }
}

/// A head is sealed between the index and its reading now and then, hardly ever in each of so many
/// rounds.
const MAX_ROUNDS: usize = 5;

const ALL: Want<'static> = Want { columns: Columns::ALL, auto_fields: None };

impl View<'_> {
    fn range(&self) -> TimeRange {
        self.scope.range_at(self.now_ns)
    }

    fn matchers(&self, asked: &[Matcher]) -> Vec<Matcher> {
        self.scope.matchers.iter().chain(asked).cloned().collect()
    }

    /// As [`Store::index`], of the scope alone. Heads are listed as chunks, since they are cut.
    pub fn index(
        &self,
        asked: &[Matcher],
        range: TimeRange,
        literals: &[Vec<Vec<u8>>],
        columns: Columns,
    ) -> Result<Index, ScopeError> {
        let granted = self.range();
        let range =
            TimeRange { start: range.start.max(granted.start), end: range.end.min(granted.end) };
        let Pieces { pieces, gaps, span, .. } = self.pieces(asked)?;
        let mut index = Index {
            oldest: span.map(|(first, _)| Timestamp(first)),
            newest: span.map(|(_, last)| Timestamp(last)),
            gaps,
            ..Index::default()
        };
        let mut codec = Zstd::new(1);
        for (labels, piece) in pieces {
            let skipped = &mut index.skipped;
            let (id, size, blocks) = match &piece {
                Piece::Whole { id, size } => {
                    let blocks = self.store.chunk_blocks(id, range, literals, columns, skipped);
                    (id.clone(), *size, blocks.unwrap_or_default())
                }
                Piece::Cut(cut) => (
                    cut.id.to_string(),
                    cut.bytes.len() as u64,
                    blocks_of(cut, range, literals, columns, skipped, &mut codec),
                ),
            };
            if blocks.is_empty() {
                continue;
            }
            let stream = index.streams.iter().position(|known| *known == labels);
            let stream = stream.unwrap_or_else(|| {
                index.streams.push(labels);
                index.streams.len() - 1
            });
            // A link has no heads, after which an index would be asked again.
            let replaces = Vec::new();
            index.chunks.push(ChunkRef { id, stream, size, blocks, replaces });
        }
        let last = |chunk: &ChunkRef| chunk.blocks.iter().map(|block| block.last).max();
        index.chunks.sort_by(|a, b| last(b).cmp(&last(a)).then_with(|| a.id.cmp(&b.id)));
        index.sessions = self.store.sessions().within(self.range(), &index.streams);
        Ok(index)
    }

    /// The streams of the scope.
    pub fn streams(&self) -> Result<BTreeSet<Labels>, ScopeError> {
        Ok(self.pieces(&[])?.pieces.into_iter().map(|(labels, _)| labels).collect())
    }

    /// Entries in the scope and their first and last time.
    pub fn extent(&self) -> Result<(u64, Option<(i64, i64)>), ScopeError> {
        let all = self.index(&[], TimeRange::ALL, &[], Columns::default())?;
        let blocks = all.chunks.iter().flat_map(|chunk| &chunk.blocks);
        let span = all.oldest.zip(all.newest).map(|(first, last)| (first.0, last.0));
        Ok((blocks.map(|block| u64::from(block.count)).sum(), span))
    }

    /// The chunk of this name, if its holder may read it.
    pub fn chunk(&self, id: &str) -> Option<Limited> {
        let name = id.parse().ok()?;
        if let Some(cut) = self.cuts.by_id(self.share, name) {
            let range = self.range();
            let inside = cut.blocks.iter().all(|block| range.covers(block.first, block.last));
            return inside.then_some(Limited::Cut(cut));
        }
        let (labels, first, last) = self.store.chunk_extent(id)?;
        let is_whole = self.is_whole(first, last);
        let matches = self.scope.matchers.iter().all(|matcher| matcher.matches(&labels));
        if !is_whole || !matches {
            return None;
        }
        self.store.chunk(id).map(Limited::Whole)
    }

    /// What of a frame of the live tail belongs to the scope; None when nothing does.
    pub fn frame(&self, mut frame: TailFrame) -> Result<Option<TailFrame>, ScopeError> {
        let sessions = self.store.sessions();
        let range = self.range();
        let mut streams = Vec::new();
        for TailStream { labels, mut entries } in std::mem::take(&mut frame.streams) {
            let batch = entries.iter().map(|entry| model::Entry {
                timestamp: entry.ts.0,
                arrival: entry.arrival,
                line: entry.line.clone().into_bytes(),
                metadata: entry.metadata.clone(),
                auto: entry.auto.clone(),
                ..model::Entry::default()
            });
            let batch = Batch::from_entries(batch.collect());
            let kept = self.scope.cut(&labels, &batch, &sessions, range)?;
            let kept: BTreeSet<u64> = kept.arrivals.iter().copied().collect();
            entries.retain(|entry| kept.contains(&entry.arrival));
            if !entries.is_empty() {
                streams.push(TailStream { labels, entries });
            }
        }
        let jobs = jobs(streams.iter().map(|stream| &stream.labels));
        frame.sessions.retain(|(job, _)| jobs.contains(job.as_str()));
        // What this client was too slow for may have been others' lines: their number is theirs.
        let lost = frame.dropped > 0 && self.scope.takes_all();
        frame.dropped = if lost { frame.dropped } else { 0 };
        let nothing = streams.is_empty() && frame.dropped == 0;
        frame.streams = streams;
        Ok((!nothing).then_some(frame))
    }

    fn is_whole(&self, first: i64, last: i64) -> bool {
        self.scope.takes_all() && self.range().covers(first, last)
    }

    fn pieces(&self, asked: &[Matcher]) -> Result<Pieces, ScopeError> {
        let mut found = self.look(asked)?;
        let mut rounds = 1;
        while found.num_sealed > 0 && rounds < MAX_ROUNDS {
            found = self.look(asked)?;
            rounds += 1;
        }
        found.num_damaged += found.num_sealed;
        found.gaps = self.gaps(&found.gaps, found.num_damaged, &found.pieces);
        Ok(found)
    }

    /// What there is at one moment, but for heads that were sealed before they were read.
    fn look(&self, asked: &[Matcher]) -> Result<Pieces, ScopeError> {
        let matchers = self.matchers(asked);
        let all = self.store.index(&matchers, self.range(), &[], Columns::ALL);
        let mut sessions = None;
        let mut found = Pieces::default();
        for chunk in &all.chunks {
            let Some(labels) = all.streams.get(chunk.stream) else { continue };
            let Some((_, first, last)) = self.store.chunk_extent(&chunk.id) else { continue };
            if self.is_whole(first, last) {
                let piece = Piece::Whole { id: chunk.id.clone(), size: chunk.size };
                found.add(labels, (first, last), piece);
            } else {
                let cut = self.cut(&chunk.id, labels, &mut sessions, || self.read(chunk));
                found.take(labels, cut)?;
            }
        }
        for head in &all.heads {
            let Some(labels) = all.streams.get(head.stream) else { continue };
            let HeadRef { id, epoch, count, revision, .. } = head;
            let source = format!("{id}.{epoch}.{count}.{revision}");
            let gone = || StoreError::Gone { id: id.clone() };
            let read = || self.store.read_head(head).ok_or_else(gone);
            let cut = self.cut(&source, labels, &mut sessions, read);
            found.num_sealed += usize::from(matches!(cut, Err(CutError::Store(_))));
            found.take(labels, cut)?;
        }
        found.gaps = all.gaps;
        Ok(found)
    }

    /// What is missing, without names and numbers of what the holder may not see.
    fn gaps(&self, gaps: &[Gap], damaged: usize, pieces: &[(Labels, Piece)]) -> Vec<Gap> {
        let is_seen =
            |path: &str| pieces.iter().any(|(labels, _)| labels.get("filename") == Some(path));
        let corrupt = || Gap::Corrupt {
            chunk: String::new(),
            entries: None,
            reason: "a chunk of these lines is damaged".to_owned(),
        };
        let mut said: Vec<Gap> = gaps
            .iter()
            .filter_map(|gap| match gap {
                Gap::Reading { path, .. } => is_seen(path).then(|| gap.clone()),
                Gap::Corrupt { .. } => Some(corrupt()),
                Gap::Stopped { .. } => {
                    Some(Gap::Stopped { reason: "the relay has stopped reading".to_owned() })
                }
            })
            .collect();
        said.extend((0..damaged).map(|_| corrupt()));
        said
    }

    fn read(&self, chunk: &ChunkRef) -> Result<Batch, StoreError> {
        let blocks = chunk.blocks.iter().map(|block| self.store.read_block(chunk, block, ALL));
        Ok(chunk::merge(&blocks.collect::<Result<Vec<_>, _>>()?))
    }

    fn cut(
        &self,
        source: &str,
        labels: &Labels,
        sessions: &mut Option<Sessions>,
        read: impl Fn() -> Result<Batch, StoreError>,
    ) -> Result<Option<Arc<Cut>>, CutError> {
        let range = self.range();
        let key = CutKey {
            share: self.share.to_owned(),
            source: source.to_owned(),
            start: range.start.0,
            end: range.end.0,
        };
        if let Some(known) = self.cuts.get(&key) {
            return Ok(known);
        }
        let sessions = sessions.get_or_insert_with(|| self.store.sessions());
        let batch = self.scope.cut(labels, &read()?, sessions, range)?;
        let cut = if batch.is_empty() {
            None
        } else {
            let mut codec = Zstd::new(1);
            let options = chunk::Options::default();
            let encoded = chunk::encode(labels, &batch, options, &mut codec)
                .map_err(|error| ScopeError::Failed { message: error.to_string() })?;
            Some(Arc::new(Cut {
                id: encoded.id,
                labels: labels.clone(),
                blocks: encoded.meta.blocks,
                bytes: encoded.bytes,
            }))
        };
        self.cuts.insert(key, cut.clone());
        Ok(cut)
    }
}

enum CutError {
    Store(StoreError),
    Scope(ScopeError),
}

impl From<StoreError> for CutError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ScopeError> for CutError {
    fn from(error: ScopeError) -> Self {
        Self::Scope(error)
    }
}

fn jobs<'a>(streams: impl Iterator<Item = &'a Labels>) -> BTreeSet<String> {
    streams.filter_map(|labels| labels.get("job")).map(str::to_owned).collect()
}

fn span(cut: &Cut) -> (i64, i64) {
    let first = cut.blocks.iter().map(|block| block.first).min().unwrap_or(i64::MAX);
    (first, cut.blocks.iter().map(|block| block.last).max().unwrap_or(i64::MIN))
}

/// The blocks of a cut that lie in the range and may hold the literals.
fn blocks_of(
    cut: &Cut,
    range: TimeRange,
    literals: &[Vec<Vec<u8>>],
    columns: Columns,
    skipped: &mut Skipped,
    codec: &mut Zstd,
) -> Vec<BlockRef> {
    let mut blocks = Vec::new();
    for (at, block) in cut.blocks.iter().enumerate() {
        if !range.overlaps(block.first, block.last) {
            continue;
        }
        let signature = block
            .section(Column::Signature)
            .filter(|_| !literals.is_empty())
            .and_then(|section| section.of(&cut.bytes).ok())
            .and_then(|packed: Packed<'_>| packed.unpack(codec).ok());
        if signature.is_none_or(|signature| chunk::may_contain(&signature, literals)) {
            blocks.push(block_ref(at, block, columns));
        } else {
            skipped.blocks += 1;
            skipped.entries += u64::from(block.count);
            skipped.raw_bytes += block.raw_bytes;
            skipped.entries_at_most |= !range.covers(block.first, block.last);
        }
    }
    blocks
}
