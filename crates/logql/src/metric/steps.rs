use std::ops::Range;

/// The points in time at which a metric query is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    start: i64,
    /// More than 0.
    step_ns: i64,
    count: usize,
}

/// A range vector: at time t it holds the entries of (t - offset - range, t - offset].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) range_ns: i64,
    pub(crate) offset_ns: i64,
}

impl Window {
    pub(crate) fn range_secs(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a range in seconds is a float")]
        let ns = self.range_ns as f64;
        ns / 1e9
    }
}

impl Steps {
    pub(crate) const fn instant(at: i64) -> Self {
        Self { start: at, step_ns: 1, count: 1 }
    }

    /// From `start` up to `end`, which is included. `step_ns` is more than 0.
    pub(crate) fn range(start: i64, end: i64, step_ns: i64) -> Self {
        let count = if end < start { 0 } else { end.saturating_sub(start) / step_ns + 1 };
        Self { start, step_ns, count: usize::try_from(count).unwrap_or(usize::MAX) }
    }

    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn at(&self, step: usize) -> i64 {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        self.start.saturating_add(step.saturating_mul(self.step_ns))
    }

    /// The time of the last step.
    pub(crate) fn end(&self) -> i64 {
        self.at(self.count.saturating_sub(1))
    }

    /// The first step at or after `time`; `len()` if there is none.
    fn first_from(&self, time: i64) -> usize {
        let ahead = time.saturating_sub(self.start);
        if ahead <= 0 {
            return 0;
        }
        let step = ahead / self.step_ns + i64::from(ahead % self.step_ns != 0);
        usize::try_from(step).unwrap_or(usize::MAX).min(self.count)
    }

    /// The steps whose window holds an entry of this time.
    pub(crate) fn holding(&self, timestamp: i64, window: Window) -> Range<usize> {
        let from = timestamp.saturating_add(window.offset_ns);
        let to = from.saturating_add(window.range_ns);
        self.first_from(from)..self.first_from(to)
    }

    /// The entries of step `step`: from exclusive, to inclusive.
    pub(crate) fn window(&self, step: usize, window: Window) -> (i64, i64) {
        let to = self.at(step).saturating_sub(window.offset_ns);
        (to.saturating_sub(window.range_ns), to)
    }

    /// All entries of all steps: start inclusive, end exclusive.
    pub(crate) fn reach(&self, window: Window) -> (i64, i64) {
        if self.count == 0 {
            return (0, 0);
        }
        let (first, _) = self.window(0, window);
        let (_, last) = self.window(self.count - 1, window);
        (first.saturating_add(1), last.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_counts_to_the_steps_whose_window_holds_it() {
        let steps = Steps::range(100, 145, 10);
        assert_eq!(steps.len(), 5);
        let window = |range_ns, offset_ns| Window { range_ns, offset_ns };
        for (timestamp, window, expected) in [
            (100, window(10, 0), 0..1),
            (91, window(10, 0), 0..1),
            (90, window(10, 0), 0..0),
            (101, window(25, 0), 1..3),
            (139, window(100, 0), 4..5),
            (141, window(100, 0), 5..5),
            (50, window(10, 50), 0..1),
            (110, window(5, -10), 0..1),
            (103, window(5, 0), 1..1),
        ] {
            let found = steps.holding(timestamp, window);
            assert_eq!(found, expected, "{timestamp} {window:?}");
            for step in 0..steps.len() {
                let (from, to) = steps.window(step, window);
                assert_eq!(found.contains(&step), from < timestamp && timestamp <= to);
            }
        }
        assert_eq!(steps.reach(window(10, 5)), (86, 136));
    }
}
