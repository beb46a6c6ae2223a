//! What can be left out of a report that is too large, as its chunks tell it.

use std::collections::BTreeMap;

use chunk::{BlockMeta, ChunkMeta};
use model::{Batch, Labels};
use report::{Meter, Slice, Suggestion};
use serde::{Deserialize, Serialize};

use crate::Gathered;
use crate::story::is_grave;

const SECOND_NS: i64 = 1_000_000_000;
/// Moments that are easy to say and to type are multiples of these.
const STEPS_S: [i64; 4] = [3_600, 600, 60, 10];

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// All lines of a level, named as the label has it; empty: those without one.
    Level(String),
    /// Everything before a moment, in nanoseconds since 1970.
    Before(i64),
}

impl Leave {
    /// The entries that stay of a stream.
    fn stay(&self, labels: &Labels, batch: &Batch) -> std::ops::Range<usize> {
        match self {
            Self::Level(level) if labels.get("level").unwrap_or_default() == level => 0..0,
            Self::Level(_) => 0..batch.len(),
            Self::Before(at) => batch.timestamps.partition_point(|t| t < at)..batch.len(),
        }
    }
}

impl Gathered {
    /// What stays when these parts are left out, and the number of entries that are in none.
    #[must_use]
    pub fn without(&self, leave: &[Leave]) -> (Self, u64) {
        let mut left_out = 0;
        let stay = |(labels, batch): (&Labels, &Batch)| {
            let all = |range: std::ops::Range<usize>, leave: &Leave| {
                let stay = leave.stay(labels, batch);
                range.start.max(stay.start)..range.end.min(stay.end)
            };
            let stay = leave.iter().fold(0..batch.len(), all);
            left_out += (batch.len() - stay.len()) as u64;
            (!stay.is_empty()).then(|| (labels.clone(), chunk::rows(batch, stay)))
        };
        let streams = self.streams.iter().filter_map(stay).collect();
        let (sessions, warnings) = (self.sessions.clone(), self.warnings.clone());
        (Self { streams, sessions, warnings }, left_out)
    }
}

/// What to leave out, so that the report fits into `limit`; nothing when it does. Grave lines are
/// what a report is made for: no suggestion leaves out their level. How much the lines before a
/// moment take is worked out from their blocks and not exact.
pub fn smaller(meter: Meter, limit: u64, chunks: &[&ChunkMeta]) -> Vec<Suggestion<Leave>> {
    let all = bytes_of(chunks.iter().copied().flat_map(|chunk| &chunk.blocks));
    let mut slices = levels(chunks);
    slices.extend(before(meter, limit, chunks));
    meter.suggest(limit, &slices, all)
}

/// By level, but not when there is one only.
fn levels(chunks: &[&ChunkMeta]) -> Vec<Slice<Leave>> {
    let mut levels: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for chunk in chunks {
        let (bytes, entries) =
            levels.entry(chunk.labels.get("level").unwrap_or_default()).or_default();
        *bytes += bytes_of(&chunk.blocks);
        *entries += chunk.blocks.iter().map(|block| u64::from(block.count)).sum::<u64>();
    }
    if levels.len() < 2 {
        return Vec::new();
    }
    let light = levels.into_iter().filter(|(level, _)| !is_grave(level));
    let slice = |(level, (bytes, entries)): (&str, (u64, u64))| Slice {
        what: Leave::Level(level.to_owned()),
        bytes,
        entries,
    };
    light.map(slice).collect()
}

/// A start that fits: the earliest one, or a little later where that is easier to say.
fn before(meter: Meter, limit: u64, chunks: &[&ChunkMeta]) -> Option<Slice<Leave>> {
    let blocks: Vec<&BlockMeta> = chunks.iter().flat_map(|chunk| &chunk.blocks).collect();
    let first = blocks.iter().map(|block| block.first).min()?.div_euclid(SECOND_NS);
    let last = blocks.iter().map(|block| block.last).max()?.div_euclid(SECOND_NS);
    let all = bytes_of(blocks.iter().copied());
    let dropped = |second: i64| {
        let start = second.saturating_mul(SECOND_NS);
        let parts = blocks.iter().map(|block| {
            let share = share_before(block, start);
            let part = |of: u64| (of as f64 * share) as u64;
            (part(packed(block)), part(u64::from(block.count)))
        });
        parts.fold((0, 0), |(bytes, entries), part| (bytes + part.0, entries + part.1))
    };
    let fits = |second: i64| meter.total(all - dropped(second).0) <= limit;
    if !fits(last) {
        return None;
    }
    let (mut short, mut earliest) = (first, last);
    while short < earliest {
        let middle = short.midpoint(earliest);
        if fits(middle) {
            earliest = middle;
        } else {
            short = middle + 1;
        }
    }
    let spare = dropped(earliest).0 + all / 50;
    let round = STEPS_S.into_iter().map(|step| earliest.div_euclid(step) * step + step);
    let mut round = round.filter(|second| *second <= last && dropped(*second).0 <= spare);
    let second = round.next().unwrap_or(earliest);
    let (bytes, entries) = dropped(second);
    Some(Slice { what: Leave::Before(second.saturating_mul(SECOND_NS)), bytes, entries })
}

/// How much of a block is before a moment, as if its entries came evenly.
fn share_before(block: &BlockMeta, moment: i64) -> f64 {
    let span = block.last.saturating_sub(block.first).saturating_add(1);
    let before = moment.saturating_sub(block.first);
    (before as f64 / span as f64).clamp(0.0, 1.0)
}

fn bytes_of<'a>(blocks: impl IntoIterator<Item = &'a BlockMeta>) -> u64 {
    blocks.into_iter().map(packed).sum()
}

fn packed(block: &BlockMeta) -> u64 {
    block.sections.iter().map(|section| u64::from(section.len)).sum()
}

#[cfg(test)]
mod tests {
    use chunk::{Options, RuzstdCodec};
    use model::{Batch, Entry, Labels};
    use report::Coding;

    use super::*;

    /// A line a second of words that hardly pack.
    fn chunk(level: &str, seconds: std::ops::Range<i64>) -> ChunkMeta {
        let mut state = 7_u64;
        let mut word = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{state:016x}")
        };
        let entry = |second: i64| Entry {
            timestamp: second * SECOND_NS,
            arrival: u64::try_from(second).unwrap(),
            line: (0..8).map(|_| word()).collect::<String>().into_bytes(),
            ..Entry::default()
        };
        let batch = Batch::from_entries(seconds.map(entry).collect());
        let labels = Labels::from([("job", "a"), ("level", level)]);
        let options = Options { block_bytes: 8 << 10 };
        chunk::encode(&labels, &batch, options, &mut RuzstdCodec::new()).unwrap().meta
    }

    #[test]
    fn a_report_gets_smaller_by_what_nobody_misses() {
        let chunks = [chunk("debug", 0..6_000), chunk("info", 0..2_000), chunk("error", 0..2_000)];
        let chunks: Vec<&ChunkMeta> = chunks.iter().collect();
        let bytes: Vec<u64> = chunks.iter().map(|chunk| bytes_of(&chunk.blocks)).collect();
        let all: u64 = bytes.iter().sum();
        let meter = Meter { overhead_bytes: 1_000, coding: Coding::Base64 };
        let limit = meter.total(bytes[1] + bytes[2] + 100);
        let found = smaller(meter, limit, &chunks);
        let level = |name: &str| found.iter().find(|s| s.what == Leave::Level(name.to_owned()));
        let debug = level("debug").unwrap();
        assert!(debug.fits && debug.dropped_entries == 6_000, "{debug:?}");
        assert!(!level("info").unwrap().fits && level("error").is_none(), "{found:?}");
        let start = found.iter().find_map(|s| match s.what {
            Leave::Before(at) => Some((at, s)),
            Leave::Level(_) => None,
        });
        // Three lines a second up to 2,000, then one: 4,000 of 10,000 may stay.
        let (at, start) = start.unwrap();
        assert!(start.fits && at % (60 * SECOND_NS) == 0, "{start:?}");
        assert!((1_900..2_200).contains(&(at / SECOND_NS)), "{start:?}");
        assert!(meter.total(all) - start.saved_bytes <= limit);
        assert!(smaller(meter, meter.total(all), &chunks).is_empty());
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let entry = |second: i64| Entry { timestamp: second * SECOND_NS, ..Entry::default() };
        let batch =
            |seconds: std::ops::Range<i64>| Batch::from_entries(seconds.map(entry).collect());
        let gathered = Gathered {
            streams: BTreeMap::from([
                (Labels::from([("level", "debug")]), batch(0..100)),
                (Labels::from([("level", "info")]), batch(0..50)),
                (Labels::default(), batch(0..10)),
            ]),
            ..Gathered::default()
        };
        let level = |name: &str| Leave::Level(name.to_owned());
        for (leave, stay, left_out) in [
            (vec![], vec![10, 100, 50], 0),
            (vec![level("debug")], vec![10, 50], 100),
            (vec![level(""), Leave::Before(40 * SECOND_NS)], vec![60, 10], 90),
            (vec![level("info"), level("debug"), Leave::Before(i64::MAX)], vec![], 160),
        ] {
            let (rest, count) = gathered.without(&leave);
            let lengths: Vec<usize> = rest.streams.values().map(Batch::len).collect();
            assert_eq!((lengths, count), (stay, left_out), "{leave:?}");
        }
    }

    #[test]
    fn where_nothing_can_be_left_out_nothing_is_suggested() {
        let meter = Meter { overhead_bytes: 1_000, coding: Coding::Dense };
        for chunks in [vec![], vec![chunk("error", 5..6)], vec![chunk("error", 0..100)]] {
            let chunks: Vec<&ChunkMeta> = chunks.iter().collect();
            assert_eq!(smaller(meter, 500, &chunks), []);
        }
    }
}
