//! What a lead tells the page while a query runs: at most ten times a second, rows in messages
//! that are quick to take, nothing twice.

use logql::{Output, Row};

use super::message::{Event, Id, Listed, Progress, ROWS_PER_MESSAGE};

const INTERVAL_MS: f64 = 100.0;
/// Reporting may take this share of the time, so that huge results do not slow themselves down.
const MAX_SHARE: f64 = 0.1;
/// A message ends at this many bytes of lines, however few rows that are.
const MESSAGE_BYTES: usize = 1 << 20;

pub struct Report<'a> {
    id: Id,
    whole: bool,
    say: &'a dyn Fn(Event),
    /// The rows the page has: what names them.
    sent: Vec<(i64, u64)>,
    any: bool,
    next_ms: f64,
}

impl<'a> Report<'a> {
    /// `whole`: rows are sent as they are, however long.
    pub fn new(id: Id, whole: bool, say: &'a dyn Fn(Event)) -> Self {
        // The first partial result at once.
        Self { id, whole, say, sent: Vec::new(), any: false, next_ms: f64::MIN }
    }

    /// Whether it is time for a partial result.
    pub fn is_due(&self, now_ms: f64) -> bool {
        now_ms >= self.next_ms
    }

    /// A partial result was computed and sent between these times.
    pub fn reported(&mut self, start_ms: f64, end_ms: f64) {
        let cost = (end_ms - start_ms).max(0.0);
        self.next_ms = end_ms + INTERVAL_MS.max(cost / MAX_SHARE);
    }

    pub fn progress(&self, progress: Progress) {
        (self.say)(Event::Progress { id: self.id, progress });
    }

    pub fn output(&mut self, output: Output) {
        match output {
            Output::Rows(rows) => self.rows(rows),
            output => (self.say)(Event::Output { id: self.id, output }),
        }
    }

    /// Sends the rows from the first one on that the page does not have in its place.
    fn rows(&mut self, rows: Vec<Row>) {
        let name = |row: &Row| (row.timestamp, row.arrival);
        let same = self.sent.iter().zip(&rows).take_while(|(sent, row)| **sent == name(row));
        let mut from = same.count();
        let total = rows.len();
        if from == total && from == self.sent.len() && self.any {
            return;
        }
        self.any = true;
        self.sent.truncate(from);
        self.sent.extend(rows.iter().skip(from).map(name));
        let listed = |row| if self.whole { Listed::from(row) } else { Listed::cut(row) };
        let mut rest = rows.into_iter().skip(from).map(listed).peekable();
        loop {
            let mut message = Vec::new();
            let mut bytes = 0;
            while message.len() < ROWS_PER_MESSAGE && bytes < MESSAGE_BYTES {
                let Some(row) = rest.next() else { break };
                bytes += row.num_bytes();
                message.push(row);
            }
            let count = message.len();
            (self.say)(Event::Rows { id: self.id, from, rows: message, total });
            from += count;
            if rest.peek().is_none() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Reports result after result and returns the messages as `from+count/total`.
    #[track_caller]
    fn check(results: &[&[i64]], line_bytes: usize, expected: &[&str]) {
        let said = RefCell::new(Vec::new());
        let say = |event: Event| {
            if let Event::Rows { from, rows, total, .. } = event {
                said.borrow_mut().push(format!("{from}+{}/{total}", rows.len()));
            }
        };
        let mut report = Report::new(1, true, &say);
        for result in results {
            let row =
                |ts: &i64| Row { timestamp: *ts, line: vec![b'x'; line_bytes], ..Row::default() };
            report.output(Output::Rows(result.iter().map(row).collect()));
        }
        assert_eq!(*said.borrow(), expected);
    }

    #[test]
    fn only_what_changed_is_sent() {
        check(&[&[9, 8], &[9, 8, 7], &[9, 8, 7]], 1, &["0+2/2", "2+1/3"]);
        check(&[&[9, 7], &[9, 8, 7]], 1, &["0+2/2", "1+2/3"]);
        check(&[&[9, 8], &[9]], 1, &["0+2/2", "1+0/1"]);
        check(&[&[], &[]], 1, &["0+0/0"]);
    }

    #[test]
    fn messages_are_short() {
        let many: Vec<i64> = (0..500).collect();
        check(&[&many], 1, &["0+200/500", "200+200/500", "400+100/500"]);
        check(&[&[3, 2, 1]], 1 << 20, &["0+1/3", "1+1/3", "2+1/3"]);
    }

    #[test]
    fn reporting_leaves_most_of_the_time_to_the_query() {
        let say = |_: Event| {};
        let mut report = Report::new(1, true, &say);
        assert!(report.is_due(0.0));
        report.reported(0.0, 1.0);
        assert!(!report.is_due(100.0));
        assert!(report.is_due(101.0));
        report.reported(101.0, 151.0);
        assert!(!report.is_due(600.0));
        assert!(report.is_due(651.0));
    }
}
