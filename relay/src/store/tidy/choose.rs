//! Which chunks become one: pure, and the same for every store with the same chunks.

/// A merged chunk holds no more of lines. Larger ones make fewer files, smaller ones are written
/// again more cheaply and go more exactly with their age.
pub(crate) const TARGET_BYTES: u64 = 16 << 20;
/// Chunks that become one at a time.
const MAX_PIECES: usize = 64;
/// Lines that have to be in memory at once, since their blocks cover the same time.
const MAX_OVERLAP_BYTES: u64 = 8 << 20;
/// Small chunks of a stream that goes on wait until there are so many.
const MIN_PIECES: usize = 8;
/// Of what is written again, so much must be new: of a stream that goes on one part in two, of one
/// that rests one in four, and of chunks that nothing will be added to one in eight. Each entry is
/// then written a number of times that grows with the logarithm of its stream.
const SHARES: [u64; 3] = [2, 4, 8];

/// A chunk as the choice sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece<Id> {
    pub id: Id,
    /// Nanoseconds since 1970.
    pub taken: i64,
    pub is_packed: bool,
    /// First and last timestamp and bytes of the lines of each block.
    pub blocks: Vec<(i64, i64, u64)>,
}

impl<Id> Piece<Id> {
    fn raw(&self) -> u64 {
        self.blocks.iter().map(|(_, _, raw)| raw).sum()
    }

    fn first(&self) -> i64 {
        self.blocks.iter().map(|(first, _, _)| *first).min().unwrap_or(i64::MAX)
    }
}

/// What holds for a stream at this moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct When {
    pub now: i64,
    /// Taken within so long, nanoseconds: their time for retention is nearly one.
    pub part_ns: i64,
    /// A chunk younger than this is left alone.
    pub rest_ns: i64,
    /// A stream whose youngest chunk is older is taken for finished.
    pub settle_ns: i64,
}

/// The chunks of one stream that should become one now, in order of time; none when all is well.
pub(crate) fn choose<Id: Copy>(mut pieces: Vec<Piece<Id>>, when: When) -> Vec<Id> {
    let is_settled =
        pieces.iter().all(|p| when.now.saturating_sub(p.taken) >= when.settle_ns.max(when.rest_ns));
    pieces.retain(|piece| when.now.saturating_sub(piece.taken) >= when.rest_ns);
    pieces.sort_by_key(Piece::first);
    for start in 0..pieces.len() {
        let rest = pieces.get(start..).unwrap_or_default();
        let run = rest.get(..fitting(rest, when)).unwrap_or_default();
        let is_closed = run.len() < rest.len();
        if pays(run, is_closed, is_settled) {
            return run.iter().map(|piece| piece.id).collect();
        }
    }
    Vec::new()
}

/// How many from the first on fit into one chunk.
fn fitting<Id>(pieces: &[Piece<Id>], when: When) -> usize {
    let (mut raw, mut oldest, mut youngest) = (0, i64::MAX, i64::MIN);
    let mut blocks: Vec<(i64, i64, u64)> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        raw += piece.raw();
        (oldest, youngest) = (oldest.min(piece.taken), youngest.max(piece.taken));
        let overlaps = blocks.iter().any(|(_, last, _)| *last >= piece.first());
        blocks.extend(&piece.blocks);
        let is_too_much = at == MAX_PIECES
            || raw > TARGET_BYTES
            || youngest.saturating_sub(oldest) > when.part_ns
            || overlaps && overlap(&blocks) > MAX_OVERLAP_BYTES;
        if at > 0 && is_too_much {
            return at;
        }
    }
    pieces.len()
}

/// The most bytes of blocks over one moment.
fn overlap(blocks: &[(i64, i64, u64)]) -> u64 {
    let covering = |moment: i64| {
        let over = blocks.iter().filter(|(first, last, _)| *first <= moment && moment <= *last);
        over.map(|(_, _, raw)| raw).sum()
    };
    // The most is reached where a block begins.
    blocks.iter().map(|(first, _, _)| covering(*first)).max().unwrap_or(0)
}

fn pays<Id>(run: &[Piece<Id>], is_closed: bool, is_settled: bool) -> bool {
    if run.len() < 2 {
        // Alone it is packed when it is not yet, once.
        return (is_closed || is_settled) && run.first().is_some_and(|piece| !piece.is_packed);
    }
    let total: u64 = run.iter().map(Piece::raw).sum();
    let packed = run.iter().filter(|piece| piece.is_packed).map(Piece::raw).max();
    let new = total - packed.unwrap_or(0);
    let [going_on, resting, closed] = SHARES;
    match (is_closed, is_settled) {
        (true, _) => new * closed >= total,
        (false, true) => new * resting >= total,
        (false, false) => run.len() >= MIN_PIECES && new * going_on >= total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const WHEN: When = When { now: 10_000, part_ns: 1000, rest_ns: 60, settle_ns: 600 };

    /// (KiB of lines, taken, packed), one after the other in time; named by their place.
    fn pieces(of: &[(u64, i64, bool)]) -> Vec<Piece<usize>> {
        let piece = |(id, (kib, taken, is_packed)): (usize, &(u64, i64, bool))| {
            let at = id as i64 * 10;
            let blocks = vec![(at, at + 9, kib << 10)];
            Piece { id, taken: *taken, is_packed: *is_packed, blocks }
        };
        of.iter().enumerate().map(piece).collect()
    }

    #[track_caller]
    fn check(of: &[(u64, i64, bool)], expected: &[usize]) {
        assert_eq!(choose(pieces(of), WHEN), expected, "{of:?}");
    }

    #[test]
    fn chunks_become_one_when_that_pays() {
        check(&[], &[]);
        // Alone: packed once its stream rests.
        check(&[(2000, 9000, false)], &[0]);
        check(&[(2000, 9000, true)], &[]);
        check(&[(2000, 9900, false)], &[]);
        // A stream that goes on waits for eight; the youngest are left alone.
        check(&[(10, 9500, false); 7], &[]);
        check(&[(10, 9500, false); 8], &[0, 1, 2, 3, 4, 5, 6, 7]);
        check(&[(10, 9950, false); 8], &[]);
        // One that rests does not.
        check(&[(10, 9000, false); 2], &[0, 1]);
        // Too little behind a large one is packed for itself.
        check(&[(80, 9000, true), (10, 9000, false)], &[1]);
        check(&[(80, 9000, true), (10, 9000, true)], &[]);
        check(&[(30, 9000, true), (10, 9000, false)], &[0, 1]);
        // No more than fits.
        let full = [(6 << 10, 9500, false); 4];
        check(&full, &[0, 1]);
        check(&[(6 << 10, 9500, true), full[0], full[0], full[0]], &[0, 1]);
        // A large one with little behind it is not written again for that, and not in the way.
        let mut behind = vec![(15 << 10, 9500, true)];
        behind.extend([(300, 9500, false); 8]);
        check(&behind, &[1, 2, 3, 4, 5, 6, 7, 8]);
        // Of different parts of the time they are kept for: the older part is finished.
        check(&[(10, 8000, false), (10, 8100, false), (10, 9500, false)], &[0, 1]);
        // Nothing more is gained.
        check(&[(15 << 10, 9000, true), (15 << 10, 9000, true), (5 << 10, 9000, true)], &[]);
    }

    #[test]
    fn what_covers_the_same_time_is_bounded() {
        let over = |id, raw| Piece { id, taken: 9000, is_packed: false, blocks: vec![(0, 9, raw)] };
        assert_eq!(choose(vec![over(0, MIB), over(1, MIB)], WHEN), [0, 1]);
        assert_eq!(choose((0..8).map(|id| over(id, 2 * MIB)).collect(), WHEN), [0, 1, 2, 3]);
        // Blocks that follow each other within two such chunks are not in memory together.
        let long = |id: usize| Piece {
            id,
            taken: 9000,
            is_packed: false,
            blocks: (0..6).map(|n| (n * 10 + id as i64, n * 10 + 8, MIB)).collect(),
        };
        assert_eq!(choose(vec![long(0), long(1)], WHEN), [0, 1]);
    }

    #[test]
    fn a_trickle_leaves_few_files_and_is_written_few_times() {
        // A chunk of 20 KiB every five minutes, for a week that is kept in parts of a day.
        const MINUTE: i64 = 60_000_000_000;
        let mut pieces: Vec<Piece<usize>> = Vec::new();
        let (mut written, mut most) = (0, 0);
        for n in 0..7 * 24 * 12 {
            let now = n as i64 * 5 * MINUTE;
            let blocks = vec![(now, now + MINUTE, 20 << 10)];
            pieces.push(Piece { id: n, taken: now, is_packed: false, blocks });
            let when = When {
                now: now + 4 * MINUTE,
                part_ns: 24 * 60 * MINUTE,
                rest_ns: MINUTE,
                settle_ns: 10 * MINUTE,
            };
            loop {
                let chosen = choose(pieces.clone(), when);
                let Some(id) = chosen.first().copied() else { break };
                let (olds, rest): (Vec<_>, Vec<_>) =
                    pieces.into_iter().partition(|piece| chosen.contains(&piece.id));
                pieces = rest;
                let raw: u64 = olds.iter().map(Piece::raw).sum();
                written += raw;
                let taken = olds.iter().map(|piece| piece.taken).max().unwrap_or_default();
                let first = olds.iter().map(Piece::first).min().unwrap_or_default();
                let blocks = vec![(first, taken + MINUTE, raw)];
                pieces.push(Piece { id, taken, is_packed: true, blocks });
            }
            most = most.max(pieces.len());
        }
        let total: u64 = pieces.iter().map(Piece::raw).sum();
        assert_eq!(total, 7 * 24 * 12 * (20 << 10));
        assert!(most <= 32, "{most} files");
        assert!(written <= 6 * total, "written {} times", written / total);
    }
}
