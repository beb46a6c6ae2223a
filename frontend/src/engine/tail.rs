//! A live tail: what the relay sends goes through the same engine as a query.

use std::collections::BTreeMap;

use logql::{Direction, Output, Params, Plan, QueryError, QueryKind, Read, Row, Span};
use model::{Batch, Entry, Matcher, Sessions};
use protocol::tail::{TailEntry, TailFrame};

use super::message::{Listed, TailRows};

/// Entries of which it is remembered whether they matched: an extension comes within seconds.
const REMEMBERED: usize = 10_000;

/// The relay sends what it takes at once: a tail that is this far behind would have lost lines.
const MOST_LAG_MS: f64 = 60_000.0;

/// The pipeline of a tailed query and what it has seen.
#[derive(Debug)]
pub struct Tail {
    plan: Plan,
    read: Read,
    sessions: Sessions,
    /// Arrivals that came, and whether they were shown.
    seen: BTreeMap<u64, bool>,
    after: Option<u64>,
}

impl Tail {
    /// Only log queries can be followed.
    pub fn open(text: &str, after: Option<u64>) -> Result<Self, QueryError> {
        let expr = logql::parse(text)?;
        let params = Params {
            kind: QueryKind::Range { start: 0, end: i64::MAX, step_ns: 1_000_000_000 },
            limit: usize::MAX,
            direction: Direction::Forward,
            max_series: 1,
            cursor: None,
        };
        let whole = Span::new(0, text.len());
        let no_log = || QueryError::new(whole, "only a log query can be followed live");
        if !matches!(expr, logql::ast::Expr::Log(_)) {
            return Err(no_log());
        }
        let plan = logql::plan(&expr, &params)?;
        let read = plan.reads().first().cloned().ok_or_else(no_log)?;
        let sessions = Sessions::default();
        Ok(Self { plan, read, sessions, seen: BTreeMap::new(), after })
    }

    /// What the relay has to send.
    pub fn matchers(&self) -> &[Matcher] {
        &self.read.matchers
    }

    /// The greatest arrival seen: where to go on after a broken connection.
    pub const fn after(&self) -> Option<u64> {
        self.after
    }

    /// What a frame brings; None: nothing to show.
    pub fn frame(&mut self, frame: TailFrame, now_ms: f64) -> Result<Option<TailRows>, QueryError> {
        for (job, session) in frame.sessions {
            let sessions = self.sessions.0.entry(job).or_default();
            match sessions.iter_mut().find(|known| known.start == session.start) {
                Some(known) => *known = session,
                None => sessions.push(session),
            }
            sessions.sort_by_key(|session| session.start);
        }
        let mut rows = TailRows { dropped: frame.dropped, ..TailRows::default() };
        let mut newest = None;
        for stream in frame.streams {
            let mut arrivals: Vec<u64> = stream.entries.iter().map(|e| e.arrival).collect();
            newest = newest.max(stream.entries.iter().map(|e| e.ts).max());
            let batch = Batch::from_entries(stream.entries.into_iter().map(entry).collect());
            let mut run = self.plan.start(&self.sessions);
            run.push(0, &stream.labels, &batch)?;
            let shown = match run.finish()?.output {
                Output::Rows(rows) => rows,
                Output::Matrix(_) | Output::Vector(_) | Output::Scalar(_) => Vec::new(),
            };
            arrivals.retain(|arrival| !shown.iter().any(|row| row.arrival == *arrival));
            for row in shown {
                self.show(row, &mut rows);
            }
            for arrival in arrivals {
                self.after = self.after.max(Some(arrival));
                if self.seen.insert(arrival, false) == Some(true) {
                    rows.removed.push(arrival);
                }
            }
        }
        while self.seen.len() > REMEMBERED {
            self.seen.pop_first();
        }
        rows.new.sort_by_key(|listed| listed.row.arrival);
        rows.after = self.after;
        rows.lag_ms = newest.map_or(0, |ts| lag_ms(now_ms, ts.millis() as f64));
        let nothing = rows.new.is_empty()
            && rows.replaced.is_empty()
            && rows.removed.is_empty()
            && rows.dropped == 0;
        Ok((!nothing).then_some(rows))
    }

    fn show(&mut self, row: Row, rows: &mut TailRows) {
        self.after = self.after.max(Some(row.arrival));
        match self.seen.insert(row.arrival, true) {
            Some(true) => rows.replaced.push(Listed::cut(row)),
            Some(false) | None => rows.new.push(Listed::cut(row)),
        }
    }
}

/// An entry carries the time it was written, not the time the relay took it. As long as both are
/// the same, the difference to now is how far the tail is behind. A log that is replayed or copied
/// in, or a clock or zone that is off, makes hours of it, and those are nobody's delay: then
/// nothing is said. A clock that is behind the relay's makes no negative lag either.
fn lag_ms(now_ms: f64, written_ms: f64) -> u64 {
    match now_ms - written_ms {
        lag if (0.0..=MOST_LAG_MS).contains(&lag) => lag as u64,
        _ => 0,
    }
}

fn entry(entry: TailEntry) -> Entry {
    Entry {
        timestamp: entry.ts.0,
        arrival: entry.arrival,
        line: entry.line.into_bytes(),
        metadata: entry.metadata,
        auto: entry.auto,
        place: None,
    }
}

#[cfg(test)]
mod tests;
