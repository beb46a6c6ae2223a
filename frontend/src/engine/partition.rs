//! Which worker evaluates which chunk.

use std::collections::{HashMap, VecDeque};

use logql::Direction;

use super::wire::{Piece, PieceKind};

/// One part is about this much to unpack: long enough that handing it out costs nothing, short
/// enough for smooth progress and an early end.
const PART_BYTES: u64 = 8 << 20;
/// A query that may stop early takes smaller bites.
const ORDERED_PART_BYTES: u64 = 2 << 20;
/// Entries of an open head are not described in the index; this is what one is thought to hold.
const ENTRY_BYTES: u64 = 160;
/// So that a page that is open for weeks forgets chunks that retention has removed.
const MAX_HOMES: usize = 100_000;

/// Where chunks have been evaluated before, and so are still decoded.
#[derive(Debug, Default)]
pub struct Homes(HashMap<String, usize>);

/// The parts of each worker, in the order they should be evaluated.
pub type Queues = Vec<VecDeque<Vec<Piece>>>;

/// Deals pieces out: to the worker that has the chunk already, else to the one with the least to
/// do. Ordered queries get their pieces in their order, so that the first parts decide.
pub fn partition(
    mut pieces: Vec<Piece>,
    workers: usize,
    order: Option<Direction>,
    homes: &mut Homes,
) -> Queues {
    match order {
        Some(Direction::Backward) => pieces.sort_by_key(|p| std::cmp::Reverse(last(p))),
        Some(Direction::Forward) => pieces.sort_by_key(first),
        None => {}
    }
    if homes.0.len() > MAX_HOMES {
        homes.0.clear();
    }
    let part_bytes = if order.is_some() { ORDERED_PART_BYTES } else { PART_BYTES };
    let workers = workers.max(1);
    let mut load = vec![0; workers];
    let mut queues: Queues = vec![VecDeque::new(); workers];
    let mut filled = vec![0; workers];
    for piece in pieces {
        let cost = cost_bytes(&piece);
        let home = homes.0.get(name(&piece)).copied().filter(|worker| *worker < workers);
        let worker = home.unwrap_or_else(|| least(&load));
        homes.0.insert(name(&piece).to_owned(), worker);
        load[worker] += cost;
        let queue = &mut queues[worker];
        match queue.back_mut() {
            Some(part) if filled[worker] + cost <= part_bytes && fits(part, &piece, order) => {
                part.push(piece);
                filled[worker] += cost;
            }
            _ => {
                queue.push_back(vec![piece]);
                filled[worker] = cost;
            }
        }
    }
    queues
}

/// The newest lines come from the relay's memory: they need not wait for chunks behind them.
fn fits(part: &[Piece], piece: &Piece, order: Option<Direction>) -> bool {
    let is_head = |piece: &Piece| matches!(piece.what, PieceKind::Head(_));
    order.is_none() || is_head(piece) || !part.last().is_some_and(is_head)
}

/// The time of a piece's earliest entry.
pub fn first(piece: &Piece) -> i64 {
    match &piece.what {
        PieceKind::Chunk(chunk) => chunk.blocks.iter().map(|b| b.first.0).min(),
        PieceKind::Head(head) => Some(head.first.0),
    }
    .unwrap_or(i64::MAX)
}

/// The time of a piece's latest entry.
pub fn last(piece: &Piece) -> i64 {
    match &piece.what {
        PieceKind::Chunk(chunk) => chunk.blocks.iter().map(|b| b.last.0).max(),
        PieceKind::Head(head) => Some(head.last.0),
    }
    .unwrap_or(i64::MIN)
}

pub fn num_entries(piece: &Piece) -> u64 {
    match &piece.what {
        PieceKind::Chunk(chunk) => chunk.blocks.iter().map(|b| u64::from(b.count)).sum(),
        PieceKind::Head(head) => u64::from(head.count),
    }
}

/// What error messages call it.
pub fn name(piece: &Piece) -> &str {
    match &piece.what {
        PieceKind::Chunk(chunk) => &chunk.id,
        PieceKind::Head(head) => &head.id,
    }
}

fn cost_bytes(piece: &Piece) -> u64 {
    match &piece.what {
        PieceKind::Chunk(chunk) => {
            let sections = chunk.blocks.iter().flat_map(|b| &b.sections);
            sections.map(|s| u64::from(s.raw)).sum()
        }
        PieceKind::Head(head) => u64::from(head.count) * ENTRY_BYTES,
    }
}

fn least(load: &[u64]) -> usize {
    (0..load.len()).min_by_key(|worker| load[*worker]).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use model::{Labels, Timestamp};
    use protocol::index::{BlockRef, ChunkRef, HeadRef, SectionRef};

    use super::*;

    fn piece(id: &str, first: i64, mebibytes: u32) -> Piece {
        let section =
            SectionRef { column: 1, offset: 0, len: 1, raw: mebibytes << 20, checksum: 0 };
        let block = BlockRef {
            index: 0,
            count: 1,
            first: Timestamp(first),
            last: Timestamp(first + 5),
            raw: 0,
            sections: vec![section],
        };
        let replaces = Vec::new();
        let chunk = ChunkRef { id: id.into(), stream: 0, size: 1, blocks: vec![block], replaces };
        Piece { read: 0, stream: Labels::new(), what: PieceKind::Chunk(chunk) }
    }

    /// Queues as text: workers by `|`, parts by spaces.
    #[track_caller]
    fn check(pieces: &[Piece], order: Option<Direction>, homes: &mut Homes, expected: &str) {
        let queues = partition(pieces.to_vec(), 2, order, homes);
        let part = |part: &Vec<Piece>| part.iter().map(name).collect::<Vec<_>>().join("");
        let queue =
            |queue: &VecDeque<Vec<Piece>>| queue.iter().map(part).collect::<Vec<_>>().join(" ");
        assert_eq!(queues.iter().map(queue).collect::<Vec<_>>().join("|"), expected);
    }

    #[test]
    fn whole_chunks_are_dealt_out_evenly() {
        let pieces: Vec<Piece> =
            [("a", 40, 6), ("b", 30, 1), ("c", 20, 2), ("d", 10, 2), ("e", 0, 9)]
                .map(|(id, first, size)| piece(id, first, size))
                .to_vec();
        check(&pieces, None, &mut Homes::default(), "a|bcd e");
        check(&[], None, &mut Homes::default(), "|");
    }

    #[test]
    fn an_ordered_query_gets_what_decides_first() {
        let pieces: Vec<Piece> = [("a", 10), ("b", 30), ("c", 20), ("d", 0)]
            .map(|(id, first)| piece(id, first, 2))
            .to_vec();
        check(&pieces, Some(Direction::Backward), &mut Homes::default(), "b a|c d");
        check(&pieces, Some(Direction::Forward), &mut Homes::default(), "d c|a b");
    }

    #[test]
    fn what_is_open_does_not_wait_for_a_chunk() {
        let head = |id: &str| {
            let (first, last) = (Timestamp(60), Timestamp(70));
            let id = id.to_owned();
            let head = HeadRef { stream: 0, id, epoch: 0, count: 9, revision: 0, first, last };
            Piece { read: 0, stream: Labels::new(), what: PieceKind::Head(head) }
        };
        let pieces = [head("x"), head("y"), piece("a", 40, 1), piece("b", 30, 1)];
        check(&pieces, Some(Direction::Backward), &mut Homes::default(), "x a|y b");
        check(&pieces, None, &mut Homes::default(), "xa|yb");
    }

    #[test]
    fn a_chunk_stays_with_the_worker_that_has_it() {
        let mut homes = Homes::default();
        let [a, b, c] = [piece("a", 0, 1), piece("b", 0, 1), piece("c", 0, 1)];
        check(&[a.clone(), b.clone()], None, &mut homes, "a|b");
        check(&[b, c, a], None, &mut homes, "ca|b");
    }
}
