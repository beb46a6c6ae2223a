use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use logql::ast::Expr;
use logql::{Direction, FieldNeeds, Flow, Outcome, Plan, QueryError, Read, Run};
use model::{Batch, Sessions};
use protocol::index::{BlockRef, ChunkRef, HeadRef};

use crate::query::Effort;
use crate::query::snapshot::{Gaps, Snapshot};
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the query was cancelled")]
    Cancelled,
}

/// Reads and evaluates `plan`. What could not be read is a warning of the outcome. `cancel` is
/// looked at between blocks; what was done is added to `effort`.
pub fn run(
    store: &Store,
    plan: &Plan,
    cancel: &AtomicBool,
    effort: &mut Effort,
) -> Result<Outcome, RunError> {
    let begun = Instant::now();
    let mut gaps = Gaps::default();
    let mut run = plan.start(&sessions(store, plan));
    for (at, read) in plan.reads().iter().enumerate() {
        Feed { store, cancel, effort: &mut *effort, gaps: &mut gaps }.feed(&mut run, at, read)?;
    }
    let mut outcome = run.finish()?;
    outcome.warnings.extend(gaps.0);
    effort.running += begun.elapsed();
    Ok(outcome)
}

/// The outcome of a query over nothing but literals, such as `vector(1)`, needs no store at all;
/// the sessions are only copied where a read may use them.
fn sessions(store: &Store, plan: &Plan) -> Sessions {
    if plan.reads().is_empty() { Sessions::default() } else { store.sessions() }
}

/// Whether the query gives entries, not numbers.
pub fn is_log_query(expr: &Expr) -> bool {
    matches!(expr, Expr::Log(_))
}

/// Something to read, by the time it spans.
enum Piece<'a> {
    Block(&'a ChunkRef, &'a BlockRef),
    Head(&'a HeadRef),
}

impl Piece<'_> {
    const fn span(&self) -> (i64, i64) {
        match self {
            Self::Block(_, block) => (block.first.0, block.last.0),
            Self::Head(head) => (head.first.0, head.last.0),
        }
    }

    const fn stream(&self) -> usize {
        match self {
            Self::Block(chunk, _) => chunk.stream,
            Self::Head(head) => head.stream,
        }
    }
}

/// What the reading of one query shares.
struct Feed<'a> {
    store: &'a Store,
    cancel: &'a AtomicBool,
    effort: &'a mut Effort,
    gaps: &'a mut Gaps,
}

impl Feed<'_> {
    fn feed(mut self, run: &mut Run, at: usize, read: &Read) -> Result<(), RunError> {
        let snapshot = Snapshot::take(self.store, read, self.gaps);
        let index = &snapshot.index;
        self.effort.chunks += index.chunks.len() as u64;
        self.effort.blocks_skipped += index.skipped.blocks;
        let fields: Vec<&str> = match &read.fields {
            FieldNeeds::Named(names) => names.iter().map(String::as_str).collect(),
            FieldNeeds::None | FieldNeeds::All => Vec::new(),
        };
        let want = chunk::Want {
            columns: read.columns,
            auto_fields: matches!(read.fields, FieldNeeds::Named(_)).then_some(fields.as_slice()),
        };
        let mut pieces: Vec<Piece<'_>> = index
            .chunks
            .iter()
            .flat_map(|chunk| chunk.blocks.iter().map(move |block| Piece::Block(chunk, block)))
            .chain(index.heads.iter().map(Piece::Head))
            .collect();
        match read.order {
            Some(Direction::Backward) => {
                pieces.sort_by_key(|piece| std::cmp::Reverse(piece.span().1));
            }
            Some(Direction::Forward) => pieces.sort_by_key(|piece| piece.span().0),
            None => {}
        }
        let mut enough = None;
        for piece in pieces {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(RunError::Cancelled);
            }
            let (first, last) = piece.span();
            let beyond = match (read.order, enough) {
                (Some(Direction::Backward), Some(ts)) => last <= ts,
                (Some(Direction::Forward), Some(ts)) => first >= ts,
                _ => false,
            };
            if beyond {
                break;
            }
            let Some(labels) = index.streams.get(piece.stream()) else {
                continue;
            };
            let batch = match piece {
                Piece::Block(chunk, block) => self.block(chunk, block, want)?.map(Cow::Owned),
                Piece::Head(head) => self.head(&snapshot, head).map(Cow::Borrowed),
            };
            let Some(batch) = batch else { continue };
            if let Flow::Enough(ts) = run.push(at, labels, &batch)? {
                enough = Some(ts);
            }
        }
        Ok(())
    }

    /// None when it cannot be read: the rest of the answer stands, and what is missing is said.
    fn block(
        &mut self,
        chunk: &ChunkRef,
        block: &BlockRef,
        want: chunk::Want<'_>,
    ) -> Result<Option<Batch>, RunError> {
        let begun = Instant::now();
        let batch = match self.store.read_block(chunk, block, want) {
            Ok(batch) => batch,
            Err(error @ (StoreError::Corrupt { .. } | StoreError::Gone { .. })) => {
                self.gaps.say(error.to_string());
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        self.effort.blocks += 1;
        self.effort.block_entries += u64::from(block.count);
        self.effort.block_bytes += line_bytes(&batch);
        self.effort.packed_bytes +=
            block.sections.iter().map(|section| u64::from(section.len)).sum::<u64>();
        self.effort.reading += begun.elapsed();
        Ok(Some(batch))
    }

    fn head<'s>(&mut self, snapshot: &'s Snapshot, head: &HeadRef) -> Option<&'s Batch> {
        let batch = snapshot.head(&head.id)?;
        self.effort.heads += 1;
        self.effort.head_entries += batch.len() as u64;
        self.effort.head_bytes += line_bytes(batch);
        Some(batch)
    }
}

/// Bytes of the lines, as far as they were read.
fn line_bytes(batch: &Batch) -> u64 {
    match &batch.lines {
        Some(lines) => (lines.bytes.len() - lines.ends.len()) as u64,
        None => batch.lengths.iter().map(|length| u64::from(*length)).sum(),
    }
}
