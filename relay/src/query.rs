//! The native driver of the engine: reads from the store what a plan asks for.
//!
//! The viewer does not come here, it evaluates in the browser. The Loki API and
//! `logpane query --data` do.

use std::sync::atomic::{AtomicBool, Ordering};

use logql::ast::Expr;
use logql::{Direction, FieldNeeds, Flow, Outcome, Params, Plan, QueryError, Read, Run};
use model::Sessions;
use protocol::index::{BlockRef, ChunkRef, Gap, HeadRef, Index};

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
/// looked at between blocks.
pub fn run(store: &Store, plan: &Plan, cancel: &AtomicBool) -> Result<Outcome, RunError> {
    let mut gaps = Gaps::default();
    let mut run = plan.start(&sessions(store, plan));
    for (at, read) in plan.reads().iter().enumerate() {
        feed(store, &mut run, at, read, cancel, &mut gaps)?;
    }
    let mut outcome = run.finish()?;
    outcome.warnings.extend(gaps.0);
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

/// Parses and plans in one step.
pub fn prepare(text: &str, params: &Params) -> Result<Plan, QueryError> {
    logql::plan(&logql::parse(text)?, params)
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

/// A head may be sealed between the index and the reading; then the index is asked again. Each
/// round needs a seal in between, so that a few are enough unless nothing can be read at all.
const ROUNDS: usize = 8;

fn feed(
    store: &Store,
    run: &mut Run,
    at: usize,
    read: &Read,
    cancel: &AtomicBool,
    gaps: &mut Gaps,
) -> Result<(), RunError> {
    let Snapshot { index, heads } = snapshot(store, read, gaps);
    gaps.add(&index.gaps);
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
        Some(Direction::Backward) => pieces.sort_by_key(|piece| std::cmp::Reverse(piece.span().1)),
        Some(Direction::Forward) => pieces.sort_by_key(|piece| piece.span().0),
        None => {}
    }
    let mut enough = None;
    for piece in pieces {
        if cancel.load(Ordering::Relaxed) {
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
            Piece::Block(chunk, block) => match store.read_block(chunk, block, want) {
                Ok(batch) => batch,
                // The rest of the answer stands; what is missing is said.
                Err(error @ (StoreError::Corrupt { .. } | StoreError::Gone { .. })) => {
                    gaps.say(error.to_string());
                    continue;
                }
                Err(error) => return Err(error.into()),
            },
            Piece::Head(head) => match heads.iter().find(|(id, _)| *id == head.id) {
                Some((_, batch)) => batch.clone(),
                None => continue,
            },
        };
        if let Flow::Enough(ts) = run.push(at, labels, &batch)? {
            enough = Some(ts);
        }
    }
    Ok(())
}

/// An index and the heads it names, all of one moment.
struct Snapshot {
    index: Index,
    heads: Vec<(String, model::Batch)>,
}

/// Reads the heads first: a head that was sealed meanwhile is a chunk that the index does not
/// name yet, so the index is asked again.
fn snapshot(store: &Store, read: &Read, gaps: &mut Gaps) -> Snapshot {
    for _ in 0..ROUNDS {
        let index = store.index(&read.matchers, read.range, &read.literals, read.columns);
        let heads: Option<Vec<_>> = index
            .heads
            .iter()
            .map(|head| Some((head.id.clone(), store.read_head(head)?)))
            .collect();
        if let Some(heads) = heads {
            return Snapshot { index, heads };
        }
    }
    gaps.say("the newest entries are missing: they were sealed faster than they were read".into());
    let mut index = store.index(&read.matchers, read.range, &read.literals, read.columns);
    index.heads.clear();
    Snapshot { index, heads: Vec::new() }
}

/// Sentences about what is missing, each once.
#[derive(Default)]
struct Gaps(Vec<String>);

impl Gaps {
    fn say(&mut self, text: String) {
        if !self.0.contains(&text) {
            self.0.push(text);
        }
    }

    fn add(&mut self, gaps: &[Gap]) {
        for gap in gaps {
            self.say(gap_text(gap));
        }
    }
}

fn gap_text(gap: &Gap) -> String {
    match gap {
        Gap::Reading { path, done, total } => {
            format!("{done} of {total} bytes are read so far: {path}")
        }
        Gap::Corrupt { chunk, entries: Some(entries), reason } => {
            format!("chunk {chunk} with {entries} entries is damaged and left out: {reason}")
        }
        Gap::Corrupt { chunk, entries: None, reason } => {
            format!("chunk {chunk} is damaged and left out: {reason}")
        }
        Gap::Stopped { reason } => format!("the relay stopped taking lines: {reason}"),
    }
}
