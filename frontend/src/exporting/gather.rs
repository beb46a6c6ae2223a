//! Reads everything that goes into a report.

use chunk::RuzstdCodec;
use export::{Gathered, Gathering, Pick, Piece, Stored, unpacked};
use logql::{Direction, Params, QueryKind};
use model::{Batch, Columns};
use protocol::index::{Gap, Index};

use super::message::{Done, Order, Problem};
use crate::engine::message::Failure;
use crate::engine::source::{Ask, Source, SourceError};
use crate::state::round_step;

/// A head may be sealed and a chunk merged between the index and the reading; then the index is
/// asked again. Each round needs such a moment.
const ROUNDS: usize = 8;
/// More lines than this are too much for the memory that a page has.
const MAX_LINE_BYTES: usize = 512 << 20;

const SECOND_NS: i64 = 1_000_000_000;

/// What was read, as it is stored.
#[derive(Debug)]
pub struct Taken {
    pub order: Order,
    pub pick: Pick,
    pub gathered: Gathered,
    pub stored: Vec<Stored>,
}

pub async fn gather(
    order: Order,
    source: &impl Source,
    tell: impl Fn(Done),
) -> Result<Taken, Problem> {
    let expr = logql::parse(&order.query).map_err(Failure::Query)?;
    let range = order.range;
    let step_ns = round_step(range, 250, SECOND_NS);
    let params = Params {
        kind: QueryKind::Range { start: range.start.0, end: range.end.0, step_ns },
        limit: usize::MAX,
        direction: Direction::Backward,
        max_series: usize::MAX,
        cursor: None,
    };
    let pick = Pick::new(&expr, &params).map_err(Failure::Query)?;
    let mut reading = Reading {
        gathering: Gathering::new(&pick, MAX_LINE_BYTES),
        stored: Vec::new(),
        warnings: Vec::new(),
        done: Done::default(),
    };
    for matchers in pick.selectors() {
        let ask = Ask {
            matchers: matchers.to_vec(),
            range: pick.range,
            columns: Columns { places: false, ..Columns::ALL },
            literals: Vec::new(),
        };
        let mut rounds = 0;
        loop {
            let index = source.index(&ask).await.map_err(Failure::from)?;
            if reading.read(&index, source, &tell).await? {
                break;
            }
            rounds += 1;
            if rounds == ROUNDS {
                reading.say("entries may be missing: they moved faster than they were read".into());
                break;
            }
        }
    }
    let Reading { gathering, stored, warnings, .. } = reading;
    let gathered = gathering.finish(warnings);
    Ok(Taken { order, pick, gathered, stored })
}

struct Reading<'a> {
    gathering: Gathering<'a>,
    stored: Vec<Stored>,
    warnings: Vec<String>,
    done: Done,
}

impl Reading<'_> {
    /// Reads what the index names and is not there yet; false: some of it had gone meanwhile.
    async fn read(
        &mut self,
        index: &Index,
        source: &impl Source,
        tell: &impl Fn(Done),
    ) -> Result<bool, Problem> {
        index.gaps.iter().for_each(|gap| self.say(gap.to_string()));
        let missing = self.gathering.missing(index);
        let size = |piece: &Piece<'_>| match piece {
            Piece::Chunk(chunk) => chunk.size,
            Piece::Head(_) => 0,
        };
        self.done.of += missing.iter().map(|(_, piece)| size(piece)).sum::<u64>();
        let mut whole = true;
        for (labels, piece) in missing {
            let bytes = match piece {
                Piece::Chunk(chunk) => source.chunk(&chunk.id, None).await,
                Piece::Head(head) => source.head(head).await,
            };
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(SourceError::Gone) => {
                    whole = false;
                    continue;
                }
                Err(error) => return Err(Failure::from(error).into()),
            };
            let blocks = match unpacked(&bytes, piece, Columns::ENTRIES, &mut RuzstdCodec::new()) {
                Ok(blocks) => blocks,
                Err(error) => {
                    let chunk = match piece {
                        Piece::Chunk(chunk) => chunk.id.clone(),
                        Piece::Head(head) => head.id.clone(),
                    };
                    self.say(
                        Gap::Corrupt { chunk, entries: None, reason: error.to_string() }
                            .to_string(),
                    );
                    Vec::new()
                }
            };
            if matches!(piece, Piece::Chunk(_)) {
                self.stored.extend(Stored::new(bytes, &blocks));
            }
            let batches: Vec<Batch> = blocks.into_iter().map(|(_, batch)| batch).collect();
            self.gathering.take(labels, piece, &batches)?;
            self.done.done += size(&piece);
            tell(self.done);
            source.pause().await;
        }
        Ok(whole)
    }

    fn say(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
