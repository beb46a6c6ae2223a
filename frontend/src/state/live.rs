use std::rc::Rc;

use super::Rows;
use crate::engine::message::{Id, TailRows, TailState};
use crate::line::{Entry, Interner};

/// The most lines a live list keeps; older ones leave at its upper end.
const KEPT: usize = 20_000;
/// How far back the rate looks.
const RATE_WINDOW_MS: f64 = 10_000.0;

/// The list as it grows. Lines that come while it is held wait outside of it, so that nothing
/// moves under the eye or the pointer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// None until the lines before it are there.
    pub tail: Option<Id>,
    pub connection: Connection,
    /// In order of arrival, the newest last.
    pub rows: Rows,
    /// What came while the list was held.
    pub waiting: Vec<Rc<Entry>>,
    pub held: bool,
    /// Lines the relay left out because this page was too slow.
    pub dropped: u64,
    pub lag_ms: u64,
    /// How many came when, for the rate; milliseconds of the page's clock.
    arrived: Vec<(f64, u64)>,
    /// Lines that have left at the upper end, which the list must scroll by to stay in place.
    pub left: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    #[default]
    Connecting,
    Connected,
    Reconnecting {
        retry_ms: u64,
        reason: String,
    },
    Closed,
}

impl Live {
    /// Takes what came. `now_ms` is any clock that goes on evenly.
    pub fn take(&mut self, rows: TailRows, now_ms: f64, interner: &mut Interner) {
        let TailRows { new, replaced, removed, dropped, lag_ms, after: _ } = rows;
        self.dropped += dropped;
        if !new.is_empty() {
            self.lag_ms = lag_ms;
            self.arrived.push((now_ms, u64::try_from(new.len()).unwrap_or(0)));
        }
        self.arrived.retain(|(at, _)| now_ms - at < RATE_WINDOW_MS);
        let mut new: Vec<Rc<Entry>> =
            new.into_iter().map(|row| Rc::new(Entry::new(row, interner))).collect();
        for row in replaced {
            let entry = Rc::new(Entry::new(row, interner));
            match new.iter_mut().find(|known| known.arrival == entry.arrival) {
                Some(known) => *known = entry,
                None => self.put(&entry),
            }
        }
        if !removed.is_empty() {
            let stays = |entry: &Rc<Entry>| !removed.contains(&entry.arrival);
            self.waiting.retain(stays);
            new.retain(stays);
            if !self.rows.iter().all(stays) {
                self.rows.edit(|entries| entries.retain(stays));
            }
        }
        self.waiting.extend(new);
        if self.waiting.len() > KEPT {
            let over = self.waiting.len() - KEPT;
            self.waiting.drain(..over);
        }
        if !self.held {
            self.release();
        }
    }

    /// Puts an entry in the place of the one with its arrival number, shown or waiting.
    pub fn put(&mut self, entry: &Rc<Entry>) {
        match self.waiting.iter_mut().find(|known| known.arrival == entry.arrival) {
            Some(known) => *known = Rc::clone(entry),
            None => self.rows.put(entry),
        }
    }

    pub fn hold(&mut self, held: bool) {
        self.held = held;
        if !held {
            self.release();
        }
    }

    /// Lines that came within the last seconds, a second.
    pub fn rate(&self, now_ms: f64) -> f64 {
        let recent = self.arrived.iter().filter(|(at, _)| now_ms - at < RATE_WINDOW_MS);
        let lines: u64 = recent.map(|(_, lines)| lines).sum();
        #[expect(clippy::cast_precision_loss, reason = "a rate is read, not reckoned with")]
        let lines = lines as f64;
        lines * 1000.0 / RATE_WINDOW_MS
    }

    pub fn set_state(&mut self, state: TailState) {
        self.connection = match state {
            TailState::Connected => Connection::Connected,
            TailState::Reconnecting { retry_ms, reason } => {
                Connection::Reconnecting { retry_ms, reason }
            }
            TailState::Closed => Connection::Closed,
        };
    }

    fn release(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let mut left = 0;
        self.rows.edit(|entries| {
            entries.extend(waiting);
            if entries.len() > KEPT {
                left = entries.len() - KEPT;
                entries.drain(..left);
            }
        });
        self.left += u64::try_from(left).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use logql::Row;

    use super::*;
    use crate::engine::message::Listed;

    fn row(arrival: u64, line: &str) -> Listed {
        Row { arrival, line: line.as_bytes().to_vec(), ..Row::default() }.into()
    }

    fn shown(live: &Live) -> Vec<(u64, String)> {
        live.rows.iter().map(|entry| (entry.arrival, entry.first_line().into_owned())).collect()
    }

    #[test]
    fn a_held_list_does_not_change_and_loses_nothing() {
        let mut live = Live::default();
        let mut interner = Interner::default();
        let mut take = |live: &mut Live, rows| live.take(rows, 0.0, &mut interner);
        take(&mut live, TailRows { new: vec![row(1, "a"), row(2, "b")], ..TailRows::default() });
        live.hold(true);
        let before = live.rows.clone();
        take(&mut live, TailRows { new: vec![row(3, "c")], ..TailRows::default() });
        assert_eq!(live.rows, before);
        assert_eq!(live.waiting.len(), 1);
        live.hold(false);
        assert_eq!(shown(&live).last(), Some(&(3, "c".to_owned())));
        assert!(live.waiting.is_empty());
    }

    #[test]
    fn a_continuation_line_extends_its_entry_wherever_it_waits() {
        let mut live = Live::default();
        let mut interner = Interner::default();
        live.take(
            TailRows { new: vec![row(1, "a"), row(2, "b")], ..TailRows::default() },
            0.0,
            &mut interner,
        );
        live.hold(true);
        live.take(
            TailRows {
                new: vec![row(3, "c"), row(4, "d")],
                replaced: vec![row(1, "A"), row(3, "C")],
                removed: vec![2, 4],
                ..TailRows::default()
            },
            0.0,
            &mut interner,
        );
        live.hold(false);
        assert_eq!(shown(&live), [(1, "A".to_owned()), (3, "C".to_owned())]);
    }

    #[test]
    fn the_rate_forgets() {
        let mut live = Live::default();
        let mut interner = Interner::default();
        let new = (0..50).map(|arrival| row(arrival, "")).collect();
        live.take(TailRows { new, ..TailRows::default() }, 1_000.0, &mut interner);
        assert!((live.rate(2_000.0) - 5.0).abs() < 1e-9);
        assert!(live.rate(12_000.0).abs() < 1e-9);
    }

    #[test]
    fn a_long_list_lets_go_of_its_oldest_lines() {
        let mut live = Live::default();
        let mut interner = Interner::default();
        let lines = u64::try_from(KEPT).unwrap() + 5;
        let new = (0..lines).map(|arrival| row(arrival, "")).collect();
        live.take(TailRows { new, ..TailRows::default() }, 0.0, &mut interner);
        assert_eq!(live.rows.len(), KEPT);
        assert_eq!(live.rows.get(0).unwrap().arrival, live.waiting.len() as u64 + 5);
    }
}
