//! The answer of a log query as it grows.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Direction, Flow, Row};

/// The best rows so far, at most `limit`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rows {
    kept: BTreeSet<Ranked>,
    /// What `kept` takes, roughly.
    num_bytes: usize,
}

/// A row and how it stands to others: first by time and arrival; rows that are alike in both (of
/// two relays) by what they say, so that it never matters who was merged into whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ranked(Row);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |row: &Row| (row.timestamp, row.arrival);
        key(&self.0)
            .cmp(&key(&other.0))
            .then_with(|| self.0.stream.cmp(&other.0.stream))
            .then_with(|| self.0.line.cmp(&other.0.line))
            .then_with(|| self.0.original.cmp(&other.0.original))
            .then_with(|| self.0.metadata.cmp(&other.0.metadata))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Rows {
    /// Whether a row at this time and arrival could still get in.
    pub(crate) fn wants(
        &self,
        timestamp: i64,
        arrival: u64,
        limit: usize,
        direction: Direction,
    ) -> bool {
        if self.kept.len() < limit {
            return true;
        }
        let Some(worst) = self.worst(direction) else { return false };
        let (new, old) = ((timestamp, arrival), (worst.timestamp, worst.arrival));
        match direction {
            Direction::Backward => new >= old,
            Direction::Forward => new <= old,
        }
    }

    pub(crate) fn push(&mut self, row: Row, limit: usize, direction: Direction) {
        // Two entries that are alike in every column are still two entries, unless they are one
        // and the same: an arrival number is given once.
        let added = row.num_bytes();
        if self.kept.insert(Ranked(row)) {
            self.num_bytes += added;
        }
        while self.kept.len() > limit {
            let worst = match direction {
                Direction::Backward => self.kept.pop_first(),
                Direction::Forward => self.kept.pop_last(),
            };
            let freed = worst.map_or(0, |worst| worst.0.num_bytes());
            self.num_bytes = self.num_bytes.saturating_sub(freed);
        }
    }

    pub(crate) fn merge(&mut self, other: Self, limit: usize, direction: Direction) {
        for row in other.kept {
            self.push(row.0, limit, direction);
        }
    }

    pub(crate) const fn num_bytes(&self) -> usize {
        self.num_bytes
    }

    pub(crate) fn flow(&self, limit: usize, direction: Direction) -> Flow {
        match (self.full_to(limit, direction), direction) {
            // An entry at the same time may still come before.
            (Some(last), Direction::Backward) => Flow::Enough(last.saturating_sub(1)),
            (Some(last), Direction::Forward) => Flow::Enough(last.saturating_add(1)),
            (None, _) => Flow::More,
        }
    }

    /// The timestamp of the last row, once there are as many as there may be.
    pub(crate) fn full_to(&self, limit: usize, direction: Direction) -> Option<i64> {
        let full = self.kept.len() >= limit;
        self.worst(direction).filter(|_| full).map(|worst| worst.timestamp)
    }

    pub(crate) fn in_order(&self, direction: Direction) -> Vec<Row> {
        let rows = self.kept.iter().map(|ranked| ranked.0.clone());
        match direction {
            Direction::Backward => rows.rev().collect(),
            Direction::Forward => rows.collect(),
        }
    }

    fn worst(&self, direction: Direction) -> Option<&Row> {
        let worst = match direction {
            Direction::Backward => self.kept.first(),
            Direction::Forward => self.kept.last(),
        };
        worst.map(|ranked| &ranked.0)
    }
}
