//! The numbers behind a coverage line, gathered while a query runs.

use logql::{Read, Stats};
use model::Timestamp;
use protocol::index::Index;

use super::message::{Coverage, Gap};
use super::wire::Tally;

#[derive(Debug, Default)]
pub struct Account {
    reads: Vec<OfRead>,
    pub chunks_done: u64,
    pub chunks_total: u64,
    read_bytes: u64,
    kept_bytes: u64,
    gaps: Vec<Gap>,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// First and last moment that any read asks for.
    asked: Option<(Timestamp, Timestamp)>,
}

#[derive(Debug, Default)]
struct OfRead {
    /// The first read that looks at the same entries: two sides of a ratio count them once.
    same_as: usize,
    looked_at: u64,
    skipped: u64,
    skipped_bytes: u64,
    at_most: bool,
}

impl Account {
    pub fn new(reads: &[Read]) -> Self {
        let same = |a: &Read, b: &Read| a.matchers == b.matchers && a.range == b.range;
        let of_read = |(at, read): (usize, &Read)| OfRead {
            same_as: reads.iter().position(|other| same(other, read)).unwrap_or(at),
            ..OfRead::default()
        };
        let start = reads.iter().map(|read| read.range.start).min();
        let last = reads.iter().map(|read| Timestamp(read.range.end.0.saturating_sub(1))).max();
        let reads = reads.iter().enumerate().map(of_read).collect();
        Self { reads, asked: start.zip(last), ..Self::default() }
    }

    /// What the index said about a read.
    pub fn index(&mut self, read: usize, index: &Index) {
        if let Some(of_read) = self.reads.get_mut(read) {
            of_read.skipped += index.skipped.entries;
            of_read.skipped_bytes += index.skipped.raw_bytes;
            of_read.at_most |= index.skipped.entries_at_most;
        }
        self.oldest = [self.oldest, index.oldest].into_iter().flatten().min();
        self.newest = [self.newest, index.newest].into_iter().flatten().max();
        for gap in &index.gaps {
            self.gap(gap.clone().into());
        }
    }

    /// Entries of a head that turned out to be ruled out by signatures once it was sealed.
    pub fn skipped_head(&mut self, read: usize, entries: u64) {
        if let Some(of_read) = self.reads.get_mut(read) {
            of_read.skipped += entries;
            of_read.at_most = true;
        }
    }

    pub fn tally(&mut self, tally: Tally) {
        for (of_read, entries) in self.reads.iter_mut().zip(tally.entries) {
            of_read.looked_at += entries;
        }
        self.read_bytes += tally.read_bytes;
        self.kept_bytes += tally.kept_bytes;
        tally.gaps.into_iter().for_each(|gap| self.gap(gap));
    }

    /// Each gap is told once, however many reads meet it.
    pub fn gap(&mut self, gap: Gap) {
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// `stopped_at`: where a log query stopped at its limit. `range`: all that was asked for.
    pub fn coverage(&self, stats: &Stats, stopped_at: Option<i64>) -> Coverage {
        let stopped = stopped_at.is_some();
        // What was ruled out unread is known for the whole range only.
        let entries =
            |of_read: &OfRead| of_read.looked_at + if stopped { 0 } else { of_read.skipped };
        let of_group = |at: usize| {
            self.reads.iter().filter(|r| r.same_as == at).map(entries).max().unwrap_or(0)
        };
        let skipped = !stopped && self.reads.iter().any(|r| r.skipped > 0);
        let (mut first, mut last) = (stats.first.map(Timestamp), stats.last.map(Timestamp));
        if skipped {
            // Those were not looked at: as far as is known they reach to the ends of the data, but
            // not beyond what was asked for.
            let within = |at: Timestamp| {
                self.asked.map_or(at, |(start, end)| at.clamp(start, end.max(start)))
            };
            first = [first, self.oldest.map(within)].into_iter().flatten().min();
            last = [last, self.newest.map(within)].into_iter().flatten().max();
        }
        Coverage {
            entries: (0..self.reads.len()).map(of_group).sum(),
            entries_at_most: skipped && self.reads.iter().any(|r| r.at_most),
            matched: stats.matched,
            first,
            last,
            chunks_done: self.chunks_done,
            chunks_total: self.chunks_total,
            bytes_read: self.read_bytes,
            bytes_kept: self.kept_bytes,
            bytes_skipped: self.reads.iter().map(|r| r.skipped_bytes).sum(),
            stopped_at: stopped_at.map(Timestamp),
            gaps: self.gaps.clone(),
            oldest: self.oldest,
            newest: self.newest,
        }
    }
}
