//! Reads what the pieces of a query need, and no more, and feeds it to the engine.
//!
//! Knows neither page nor worker: a [`Source`] gives the bytes, so the same driver runs in a
//! worker, on an exported page and in a native test.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use chunk::{RuzstdCodec, Want, decode_block};
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt as _};
use logql::{Direction, FieldNeeds, Flow, Plan, QueryError, Read, Run, State, Stats};
use model::{Batch, Sessions, TimeRange, Timestamp};

use super::block::{
    Block, block_of_index, blocks_of_head, key, needed, sections, unread, unread_block,
};
use super::cache::{BlockKey, Cache, Needs};
use super::message::Failure;
use super::partition;
use super::ranges::{Arrived, requests};
use super::sieve::Sieve;
use super::source::{Source, SourceError};
use super::wire::{Piece, PieceKind, Tally};

/// Pieces that are fetched ahead while one is evaluated. Browsers open six connections to a host,
/// for all workers together.
const AHEAD: usize = 3;
/// The same for a query that may stop early.
const AHEAD_ORDERED: usize = 2;
/// Everybody else gets a turn this often, so that a cancel is heard at once.
const TURN_MS: f64 = 12.0;
/// Open heads whose layout is remembered.
const MAX_HEADS: usize = 1_000;

/// What all queries of one worker share.
#[derive(Debug)]
pub struct Shared {
    cache: RefCell<Cache>,
    sieve: RefCell<Sieve>,
    codec: RefCell<RuzstdCodec>,
    /// The blocks of heads that were read, by the exact state they were in.
    heads: RefCell<HashMap<Rc<str>, Rc<[Block]>>>,
    last_turn_ms: Cell<f64>,
    budget_bytes: Cell<usize>,
}

impl Shared {
    pub fn new(budget_bytes: usize) -> Self {
        let shared = Self {
            cache: RefCell::new(Cache::new(0)),
            sieve: RefCell::new(Sieve::new(0)),
            codec: RefCell::new(RuzstdCodec::new()),
            heads: RefCell::new(HashMap::new()),
            last_turn_ms: Cell::new(0.0),
            budget_bytes: Cell::new(0),
        };
        shared.set_budget(budget_bytes);
        shared
    }

    /// A quarter is for running queries; of the rest, what texts left of blocks takes two thirds
    /// at most, and decoded blocks what that leaves them.
    pub fn set_budget(&self, bytes: usize) {
        self.budget_bytes.set(bytes);
        self.sieve.borrow_mut().set_budget(bytes / 2);
        self.share_out();
    }

    fn share_out(&self) {
        let kept_bytes = self.budget_bytes.get() / 4 * 3;
        let sieve_bytes = self.sieve.borrow().used_bytes();
        self.cache.borrow_mut().set_budget(kept_bytes.saturating_sub(sieve_bytes));
    }

    /// What running queries may take.
    pub fn running_bytes(&self) -> usize {
        self.budget_bytes.get() / 4
    }

    pub fn budget_bytes(&self) -> usize {
        self.budget_bytes.get()
    }
}

/// Feeds queries from one source.
#[derive(Debug)]
pub struct Driver<S> {
    pub source: S,
    pub shared: Rc<Shared>,
}

/// What evaluating some pieces gave.
#[derive(Debug)]
pub struct Evaluated {
    pub state: State,
    pub tally: Tally,
}

/// A piece whose bytes are here, as far as they were needed.
struct Loaded {
    chunk: Rc<str>,
    chunk_bytes: u64,
    blocks: Rc<[Block]>,
    arrived: Arrived,
}

/// Why a piece is not evaluated.
enum Miss {
    Sealed,
    /// A chunk is not there any more.
    Gone,
    /// Beyond what the limit keeps.
    Beyond,
    Unread(String),
    Fatal(Failure),
}

impl<S: Source> Driver<S> {
    /// Evaluates pieces in their order. An error ends the query; what merely could not be read
    /// is in the tally.
    pub async fn evaluate(
        &self,
        plan: &Plan,
        sessions: &Sessions,
        pieces: &[Piece],
    ) -> Result<Evaluated, Failure> {
        let reads = plan.reads();
        let ordered = reads.iter().any(|read| read.order.is_some());
        let mut run = plan.start(sessions);
        let mut tally = Tally { entries: vec![0; reads.len()], ..Tally::default() };
        // Nothing at or beyond this time matters, for each read.
        let bounds: Vec<Cell<Option<i64>>> = reads.iter().map(|_| Cell::new(None)).collect();
        let bound = |read: usize| bounds.get(read).and_then(Cell::get);

        let fetches = stream::iter(pieces.iter().enumerate()).map(|(at, piece)| {
            let beyond = reads.get(piece.read).is_none_or(|read| {
                is_beyond(read, bound(piece.read), partition::first(piece), partition::last(piece))
            });
            async move {
                let loaded = match (beyond, reads.get(piece.read)) {
                    (false, Some(read)) => self.load(plan, piece, read).await,
                    _ => Err(Miss::Beyond),
                };
                (at, piece, loaded)
            }
        });
        let mut fetches = fetches.buffered(if ordered { AHEAD_ORDERED } else { AHEAD });
        while let Some((at, piece, loaded)) = fetches.next().await {
            let Some(read) = reads.get(piece.read) else { continue };
            let mut loaded = match loaded {
                Ok(loaded) => loaded,
                Err(Miss::Sealed) => {
                    tally.sealed.push(at);
                    continue;
                }
                Err(Miss::Beyond) => continue,
                Err(Miss::Gone) => {
                    tally.is_stale = true;
                    break;
                }
                Err(Miss::Unread(reason)) => {
                    tally.gaps.push(unread(piece, reason));
                    continue;
                }
                Err(Miss::Fatal(failure)) => return Err(failure),
            };
            let blocks = Rc::clone(&loaded.blocks);
            let backward = read.order != Some(Direction::Forward);
            for step in 0..blocks.len() {
                let position = if backward { blocks.len() - 1 - step } else { step };
                let Some(block) = blocks.get(position) else { continue };
                if !read.range.overlaps(block.first, block.last)
                    || is_beyond(read, bound(piece.read), block.first, block.last)
                {
                    continue;
                }
                let sifting = Sifting::of(plan, read, &loaded.chunk, block);
                let kept = sifting.as_ref().and_then(|sifting| sifting.kept(&self.shared));
                let batch = match kept {
                    Some(batch) => {
                        tally.kept_bytes += packed_bytes(block, &needs(read));
                        Ok(batch)
                    }
                    None => self.block(&mut loaded, block, read, &mut tally).await,
                };
                match batch {
                    Ok(batch) => {
                        let flow = match sifting {
                            Some(sifting) => {
                                tally.entries[piece.read] += u64::from(block.count);
                                sifting.push(&self.shared, &mut run, piece, &batch)
                            }
                            None => {
                                tally.entries[piece.read] += count_in(&batch, read.range);
                                run.push(piece.read, &piece.stream, &batch)
                            }
                        };
                        if let Flow::Enough(at) = flow.map_err(Failure::Query)? {
                            bounds[piece.read].set(Some(at));
                        }
                    }
                    Err(Miss::Fatal(failure)) => return Err(failure),
                    Err(Miss::Unread(reason)) => {
                        tally.gaps.push(unread_block(piece, block, reason));
                    }
                    Err(Miss::Gone) => tally.is_stale = true,
                    Err(Miss::Sealed | Miss::Beyond) => {}
                }
                self.take_turns().await;
            }
            tally.read_bytes += loaded.arrived.len_bytes();
        }
        drop(fetches);
        Ok(Evaluated { state: run.into_state(), tally })
    }

    async fn take_turns(&self) {
        let now = self.source.now_ms();
        if now - self.shared.last_turn_ms.get() >= TURN_MS {
            self.source.pause().await;
            self.shared.last_turn_ms.set(self.source.now_ms());
        }
    }

    /// Fetches what is needed of a piece and not yet decoded.
    async fn load(&self, plan: &Plan, piece: &Piece, read: &Read) -> Result<Loaded, Miss> {
        let needs = needs(read);
        let is_sifted = |chunk: &Rc<str>, block: &Block| {
            let sifting = Sifting::of(plan, read, chunk, block);
            sifting.is_some_and(|sifting| sifting.is_kept(&self.shared))
        };
        match &piece.what {
            PieceKind::Chunk(chunk) => {
                let block = |block| block_of_index(block, read.columns);
                let mut loaded = Loaded {
                    chunk: chunk.id.as_str().into(),
                    chunk_bytes: chunk.size,
                    blocks: chunk.blocks.iter().map(block).collect(),
                    arrived: Arrived::default(),
                };
                let blocks = Rc::clone(&loaded.blocks);
                let unsifted: Vec<&Block> =
                    blocks.iter().filter(|block| !is_sifted(&loaded.chunk, block)).collect();
                self.fetch(&mut loaded, &unsifted, &needs).await?;
                Ok(loaded)
            }
            PieceKind::Head(head) => {
                let state = format!("{}@{}.{}.{}", head.id, head.epoch, head.count, head.revision);
                let chunk: Rc<str> = state.into();
                let known = self.shared.heads.borrow().get(&chunk).cloned();
                if let Some(blocks) = known {
                    let cache = self.shared.cache.borrow();
                    let is_here =
                        |b: &Block| cache.has(&key(&chunk, b), &needs) || is_sifted(&chunk, b);
                    if blocks.iter().all(is_here) {
                        return Ok(Loaded {
                            chunk,
                            chunk_bytes: 0,
                            blocks,
                            arrived: Arrived::default(),
                        });
                    }
                }
                let bytes = self.source.head(head).await.map_err(|error| match error {
                    SourceError::Gone => Miss::Sealed,
                    error => miss(error),
                })?;
                let blocks = blocks_of_head(&bytes).map_err(|e| Miss::Unread(e.to_string()))?;
                let mut heads = self.shared.heads.borrow_mut();
                if heads.len() >= MAX_HEADS {
                    heads.clear();
                }
                heads.insert(Rc::clone(&chunk), Rc::clone(&blocks));
                let chunk_bytes = bytes.len() as u64;
                let mut arrived = Arrived::default();
                arrived.add(0, bytes);
                Ok(Loaded { chunk, chunk_bytes, blocks, arrived })
            }
        }
    }

    /// Brings the sections of those blocks that are not decoded yet.
    async fn fetch(
        &self,
        loaded: &mut Loaded,
        blocks: &[&Block],
        needs: &Needs,
    ) -> Result<(), Miss> {
        let mut wanted = Vec::new();
        {
            let cache = self.shared.cache.borrow();
            for block in blocks {
                let key = key(&loaded.chunk, block);
                if !cache.has(&key, needs) {
                    let needs = block.needs_with(needs, cache.kept(&key));
                    let ranges = needed(block, &needs);
                    wanted.extend(ranges.map(|s| s.offset..s.offset + u64::from(s.len)));
                }
            }
        }
        let requests = requests(wanted, loaded.chunk_bytes);
        let whole = 0..loaded.chunk_bytes;
        let fetches = requests.iter().map(|range| {
            let asked = (*range != whole).then(|| range.clone());
            self.source.chunk(&loaded.chunk, asked)
        });
        let bodies = try_join_all(fetches).await.map_err(miss)?;
        for (range, body) in requests.iter().zip(bodies) {
            loaded.arrived.add(range.start, body);
        }
        Ok(())
    }

    /// The block decoded, from what is kept or from what has arrived.
    async fn block(
        &self,
        loaded: &mut Loaded,
        block: &Block,
        read: &Read,
        tally: &mut Tally,
    ) -> Result<Rc<Batch>, Miss> {
        let needs = needs(read);
        let key = key(&loaded.chunk, block);
        let kept = self.shared.cache.borrow_mut().get(&key, &needs);
        if let Some(batch) = kept {
            tally.kept_bytes += packed_bytes(block, &needs);
            return Ok(batch);
        }
        let mut want = block.needs_with(&needs, self.shared.cache.borrow().kept(&key));
        if sections(&loaded.arrived, block, &want).is_none() {
            // It was decoded when the piece was loaded and has had to make room since.
            want = needs;
            if sections(&loaded.arrived, block, &want).is_none() {
                self.fetch(loaded, &[block], &want).await?;
            }
        }
        let Some(packed) = sections(&loaded.arrived, block, &want) else {
            return Err(Miss::Unread("fewer bytes arrived than it has".to_owned()));
        };
        let names: Vec<&str> = match &want.fields {
            FieldNeeds::Named(names) => names.iter().map(String::as_str).collect(),
            FieldNeeds::None | FieldNeeds::All => Vec::new(),
        };
        let auto_fields = (want.fields != FieldNeeds::All).then_some(names.as_slice());
        let asked = Want { columns: want.columns, auto_fields };
        let codec = &mut *self.shared.codec.borrow_mut();
        let batch = decode_block(block.count, &packed, asked, codec)
            .map_err(|error| Miss::Unread(error.to_string()))?;
        let batch = Rc::new(batch);
        self.shared.cache.borrow_mut().put(key, want, Rc::clone(&batch));
        Ok(batch)
    }
}

/// How a block is counted of which only those entries matter that hold a text.
struct Sifting<'a> {
    text: &'a [u8],
    needs: Needs,
    key: BlockKey,
    block: &'a Block,
}

impl<'a> Sifting<'a> {
    /// None where more than the number of the other entries matters: how many of them are in the
    /// range, or what they say.
    fn of(plan: &'a Plan, read: &Read, chunk: &Rc<str>, block: &'a Block) -> Option<Self> {
        let text = plan.sieve()?;
        let is_within = read.range.start.0 <= block.first && block.last < read.range.end.0;
        is_within.then(|| Self { text, needs: needs(read), key: key(chunk, block), block })
    }

    fn is_kept(&self, shared: &Shared) -> bool {
        shared.sieve.borrow().has(&self.key, self.text, &self.needs)
    }

    fn kept(&self, shared: &Shared) -> Option<Rc<Batch>> {
        shared.sieve.borrow_mut().get(&self.key, self.text, &self.needs)
    }

    /// Counts the entries of the block, of which `batch` has all that may hold the text, and keeps
    /// those that do.
    fn push(
        self,
        shared: &Shared,
        run: &mut Run,
        piece: &Piece,
        batch: &Batch,
    ) -> Result<Flow, QueryError> {
        let left_out = Stats {
            entries: u64::from(self.block.count).saturating_sub(batch.len() as u64),
            first: Some(self.block.first),
            last: Some(self.block.last),
            ..Stats::default()
        };
        if let Some(sifted) = run.sift(piece.read, &piece.stream, batch, &left_out)? {
            shared.sieve.borrow_mut().put(self.key, self.text, self.needs, Rc::new(sifted));
            shared.share_out();
        }
        Ok(Flow::More)
    }
}

fn packed_bytes(block: &Block, needs: &Needs) -> u64 {
    needed(block, needs).map(|section| u64::from(section.len)).sum()
}

fn needs(read: &Read) -> Needs {
    Needs { columns: read.columns, fields: read.fields.clone() }
}

/// A connection that fails ends the query; a chunk that is refused is a gap in it, and with one
/// that went it begins again.
fn miss(error: SourceError) -> Miss {
    match error {
        SourceError::Gone => Miss::Gone,
        SourceError::Offline { .. } => Miss::Fatal(error.into()),
        error => Miss::Unread(error.to_string()),
    }
}

/// Whether nothing between `first` and `last` can matter any more.
fn is_beyond(read: &Read, bound: Option<i64>, first: i64, last: i64) -> bool {
    match (read.order, bound) {
        (Some(Direction::Backward), Some(bound)) => last <= bound,
        (Some(Direction::Forward), Some(bound)) => first >= bound,
        _ => false,
    }
}

fn count_in(batch: &Batch, range: TimeRange) -> u64 {
    let before = |end: Timestamp| batch.timestamps.partition_point(|ts| *ts < end.0);
    before(range.end).saturating_sub(before(range.start)) as u64
}
