use std::collections::VecDeque;

use logql::ast::{Expr, LogExpr};
use logql::{Direction, Output, Params, Plan, QueryError, QueryKind, Row};
use model::{Batch, Entry, Matcher, Sessions};
use protocol::tail::{TailFrame, TailStream};

use crate::limits::DEFAULT_MAX_SERIES;

/// How many entries may still be extended by continuation lines.
const RECENT: usize = 256;

/// A log query over entries as they come.
#[derive(Debug)]
pub struct Live {
    matchers: Vec<Matcher>,
    plan: Plan,
    sessions: Sessions,
    /// What was shown last, by arrival.
    recent: VecDeque<(u64, Vec<u8>)>,
    num_recent: usize,
}

impl Live {
    pub fn new(query: LogExpr, sessions: Sessions) -> Result<Self, QueryError> {
        let matchers = query.selector.clone();
        let params = Params {
            kind: QueryKind::Range { start: i64::MIN, end: i64::MAX, step_ns: 1_000_000_000 },
            limit: usize::MAX,
            direction: Direction::Forward,
            max_series: DEFAULT_MAX_SERIES,
            cursor: None,
        };
        let plan = logql::plan(&Expr::Log(query), &params)?;
        Ok(Self { matchers, plan, sessions, recent: VecDeque::new(), num_recent: RECENT })
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
            self.keep(row.arrival, row.line.clone());
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
        let Some((_, shown)) = self.recent.iter_mut().find(|(known, _)| *known == row.arrival)
        else {
            self.keep(row.arrival, row.line.clone());
            return Some(row);
        };
        if *shown == row.line {
            return None;
        }
        let whole = row.line.clone();
        if let Some(more) = whole.strip_prefix(shown.as_slice()) {
            row.line = more.strip_prefix(b"\n").unwrap_or(more).to_vec();
        }
        *shown = whole;
        Some(row)
    }

    fn keep(&mut self, arrival: u64, line: Vec<u8>) {
        self.recent.push_back((arrival, line));
        if self.recent.len() > self.num_recent {
            self.recent.pop_front();
        }
    }
}
