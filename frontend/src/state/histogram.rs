use std::collections::BTreeMap;

use logql::Output;
use model::TimeRange;

use crate::engine::message::Id;
use crate::line::Level;

/// The histogram above the list, as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    pub id: Option<Id>,
    pub running: bool,
    /// It could not be counted; the list has its own errors.
    pub failed: bool,
    /// Lines it has counted or passed over: all of the selected streams in the range.
    pub entries: Option<u64>,
    /// Those of the last query until the first of this one come.
    pub bars: Option<std::rc::Rc<Bars>>,
}

impl Histogram {
    /// Lines in all bars, once they are counted.
    pub fn counted(&self) -> Option<u64> {
        let bars = self.bars.as_ref().filter(|_| !self.running && !self.failed);
        bars.map(|bars| bars.sum())
    }
}

/// Lines of each level in each step of a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bars {
    /// On the grid of the steps: bar `i` holds what is from `start + i * step` up to but not with
    /// `start + (i + 1) * step`.
    pub start: i64,
    pub step_ns: i64,
    /// For each level that occurs, worst first, one number a bar.
    pub levels: Vec<(Level, Vec<u64>)>,
    pub totals: Vec<u64>,
}

impl Bars {
    /// From what `sum by (level) (count_over_time(…[step]))` gave over `range`.
    pub fn new(output: &Output, range: TimeRange, step_ns: i64) -> Self {
        let step_ns = step_ns.max(1);
        let start = range.start.0.div_euclid(step_ns).saturating_mul(step_ns);
        let length = range.end.0.saturating_sub(start);
        let num_bars = usize::try_from(length / step_ns + i64::from(length % step_ns > 0))
            .unwrap_or(0)
            .clamp(1, 10_000);
        let mut levels: BTreeMap<Level, Vec<u64>> = BTreeMap::new();
        let mut totals = vec![0; num_bars];
        let series = match output {
            Output::Matrix(series) => series.as_slice(),
            Output::Rows(_) | Output::Vector(_) | Output::Scalar(_) => &[],
        };
        for series in series {
            let counts =
                levels.entry(Level::of(&series.labels)).or_insert_with(|| vec![0; num_bars]);
            for (at, value) in &series.samples {
                // Taken a nanosecond before the end of its bar; the first counts what was before
                // the range.
                let Ok(bar) = usize::try_from((at + 1 - start).div_euclid(step_ns) - 1) else {
                    continue;
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let count = value.max(0.0) as u64;
                if let (Some(sum), Some(total)) = (counts.get_mut(bar), totals.get_mut(bar)) {
                    *sum += count;
                    *total += count;
                }
            }
        }
        Self { start, step_ns, levels: levels.into_iter().collect(), totals }
    }

    pub fn num_bars(&self) -> usize {
        self.totals.len()
    }

    pub fn highest(&self) -> u64 {
        self.totals.iter().copied().max().unwrap_or(0)
    }

    pub fn sum(&self) -> u64 {
        self.totals.iter().sum()
    }

    /// All lines of each level, worst first.
    pub fn level_sums(&self) -> Vec<(Level, u64)> {
        self.levels.iter().map(|(level, counts)| (*level, counts.iter().sum())).collect()
    }

    /// From the start of bar `first` to the end of bar `last`, whichever way round.
    pub fn span(&self, first: usize, last: usize) -> TimeRange {
        let edge = |bar: usize| {
            self.start
                .saturating_add(i64::try_from(bar).unwrap_or(i64::MAX).saturating_mul(self.step_ns))
        };
        TimeRange::new(edge(first.min(last)), edge(first.max(last) + 1))
    }
}

#[cfg(test)]
mod tests {
    use logql::Series;
    use model::Labels;

    use super::*;

    #[test]
    fn a_sample_counts_the_step_that_ends_at_it() {
        let series = |level: &str, samples: &[(i64, f64)]| Series {
            labels: if level.is_empty() { Labels::new() } else { Labels::from([("level", level)]) },
            samples: samples.to_vec(),
        };
        let output = Output::Matrix(vec![
            series("info", &[(99, 9.0), (109, 1.0), (129, 3.0)]),
            series("error", &[(129, 2.0)]),
            series("", &[(119, 4.0)]),
            // The same severity under another name.
            series("err", &[(119, 1.0)]),
        ]);
        let bars = Bars::new(&output, TimeRange::new(101, 128), 10);
        assert_eq!((bars.start, bars.num_bars()), (100, 3));
        assert_eq!(
            bars.levels,
            [
                (Level::Error, vec![0, 1, 2]),
                (Level::Info, vec![1, 0, 3]),
                (Level::None, vec![0, 4, 0]),
            ]
        );
        assert_eq!((bars.highest(), bars.sum()), (5, 11));
        assert_eq!(bars.span(2, 1), TimeRange::new(110, 130));
        assert_eq!(bars.level_sums()[0], (Level::Error, 3));
    }
}
