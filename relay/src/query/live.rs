use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};

use logql::ast::{Expr, LogExpr};
use logql::{Direction, Output, Params, Plan, QueryError, QueryKind, Row};
use model::{Batch, Entry, Matcher, Sessions};
use protocol::tail::{TailFrame, TailStream};

use crate::limits::Limits;

/// How many entries may still be extended by continuation lines.
const RECENT: usize = 256;

/// A log query over entries as they come.
#[derive(Debug)]
pub struct Live {
    matchers: Vec<Matcher>,
    plan: Plan,
    sessions: Sessions,
    /// What was shown last.
    recent: VecDeque<Shown>,
    num_recent: usize,
    hashes: RandomState,
}

/// A line that was shown, as far as it takes to tell whether another starts with it.
#[derive(Clone, Copy, Debug)]
struct Shown {
    arrival: u64,
    len: usize,
    hash: u64,
}

impl Live {
    pub fn new(query: LogExpr, sessions: Sessions, limits: &Limits) -> Result<Self, QueryError> {
        let matchers = query.selector.clone();
        let params = Params {
            kind: QueryKind::Range { start: i64::MIN, end: i64::MAX, step_ns: 1_000_000_000 },
            limit: usize::MAX,
            direction: Direction::Forward,
            max_series: limits.max_series,
            cursor: None,
        };
        let plan = logql::plan_within(&Expr::Log(query), &params, limits.engine.clone())?;
        Ok(Self {
            matchers,
            plan,
            sessions,
            recent: VecDeque::new(),
            num_recent: RECENT,
            hashes: RandomState::new(),
        })
    }

    /// Whose entries are wanted.
    pub fn matchers(&self) -> &[Matcher] {
        &self.matchers
    }

    /// The rows that a frame of the tail gives, in order of time. Of an entry that was extended
    /// only what is new.
    pub fn take(&mut self, frame: TailFrame) -> Result<Vec<Row>, QueryError> {
        self.learn(frame.sessions);
        let mut run = self.plan.start(&self.sessions);
        for TailStream { labels, entries } in frame.streams {
            let entries: Vec<Entry> = entries
                .into_iter()
                .map(|entry| Entry {
                    timestamp: entry.ts.0,
                    arrival: entry.arrival,
                    line: entry.line.into_bytes(),
                    metadata: entry.metadata,
                    auto: entry.auto,
                    place: None,
                })
                .collect();
            run.push(0, &labels, &Batch::from_entries(entries))?;
        }
        let Output::Rows(rows) = run.finish()?.output else { return Ok(Vec::new()) };
        Ok(rows.into_iter().filter_map(|row| self.fresh_part(row)).collect())
    }

    /// Notes rows that were shown already.
    pub fn shown(&mut self, rows: &[Row]) {
        self.num_recent = self.num_recent.max(rows.len());
        for row in rows {
            self.keep(row);
        }
    }

    fn learn(&mut self, sessions: Vec<(String, model::Session)>) {
        for (job, session) in sessions {
            let of_job = self.sessions.0.entry(job).or_default();
            match of_job.iter_mut().find(|known| known.start == session.start) {
                Some(known) => *known = session,
                None => of_job.push(session),
            }
            of_job.sort_by_key(|session| session.start);
        }
    }

    fn fresh_part(&mut self, mut row: Row) -> Option<Row> {
        let Some(at) = self.recent.iter().position(|shown| shown.arrival == row.arrival) else {
            self.keep(&row);
            return Some(row);
        };
        let now = self.shown_part(&row);
        let before = std::mem::replace(self.recent.get_mut(at)?, now);
        if (now.len, now.hash) == (before.len, before.hash) {
            return None;
        }
        if let Some((start, more)) = row.line.split_at_checked(before.len)
            && self.hashes.hash_one(start) == before.hash
        {
            row.line = more.strip_prefix(b"\n").unwrap_or(more).to_vec();
        }
        Some(row)
    }

    fn shown_part(&self, row: &Row) -> Shown {
        let hash = self.hashes.hash_one(row.line.as_slice());
        Shown { arrival: row.arrival, len: row.line.len(), hash }
    }

    fn keep(&mut self, row: &Row) {
        self.recent.push_back(self.shown_part(row));
        if self.recent.len() > self.num_recent {
            self.recent.pop_front();
        }
    }
}
