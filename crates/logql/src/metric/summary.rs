use super::samples::Point;
use crate::ast::RangeOp;

/// What is kept of some samples that follow each other; enough for every aggregation but the
/// quantile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    count: f64,
    sum: f64,
    min: f64,
    max: f64,
    mean: f64,
    /// The sum of squared distances from `mean`.
    spread: f64,
    first: Point,
    last: Point,
    /// How much the samples rose, a fall being a counter that began at 0 again.
    rise: f64,
}

impl Summary {
    pub(crate) const fn of(point: &Point) -> Self {
        Self {
            count: 1.0,
            sum: point.value,
            min: point.value,
            max: point.value,
            mean: point.value,
            spread: 0.0,
            first: *point,
            last: *point,
            rise: 0.0,
        }
    }

    /// `self` and then `later`.
    pub(crate) fn then(&self, later: &Self) -> Self {
        let count = self.count + later.count;
        let distance = later.mean - self.mean;
        let between = if later.first.value < self.last.value {
            later.first.value
        } else {
            later.first.value - self.last.value
        };
        Self {
            count,
            sum: self.sum + later.sum,
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            mean: self.mean + distance * later.count / count,
            spread: self.spread
                + later.spread
                + distance * distance * self.count * later.count / count,
            first: self.first,
            last: later.last,
            rise: self.rise + between + later.rise,
        }
    }

    /// The value of `op` over a window.
    pub(crate) fn value(&self, op: RangeOp, from: i64, to: i64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a range in seconds is a float")]
        let range_secs = (to - from) as f64 / 1e9;
        match op {
            RangeOp::Rate => self.sum / range_secs,
            RangeOp::RateCounter => self.counter_rate(range_secs),
            RangeOp::AvgOverTime => self.sum / self.count,
            RangeOp::MaxOverTime => self.max,
            RangeOp::MinOverTime => self.min,
            RangeOp::StdvarOverTime => self.spread / self.count,
            RangeOp::StddevOverTime => (self.spread / self.count).sqrt(),
            RangeOp::FirstOverTime => self.first.value,
            RangeOp::LastOverTime => self.last.value,
            RangeOp::CountOverTime => self.count,
            RangeOp::SumOverTime
            | RangeOp::BytesRate
            | RangeOp::BytesOverTime
            | RangeOp::QuantileOverTime
            | RangeOp::AbsentOverTime => self.sum,
        }
    }

    /// The rise per second. A single sample has none. Prometheus extends the rise to the ends of
    /// the window; Loki means to, but mixes milli- and nanoseconds and extends it by a millionth.
    fn counter_rate(&self, range_secs: f64) -> f64 {
        if self.count < 2.0 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "the distance of samples is a float")]
        let sampled_secs = (self.last.timestamp - self.first.timestamp) as f64 / 1e9;
        let gap = sampled_secs / (self.count - 1.0);
        let mut extension = range_secs / 1e6;
        if self.rise > 0.0 && self.first.value >= 0.0 {
            // A counter was never below 0.
            extension = extension.min(sampled_secs * (self.first.value / self.rise));
        }
        if extension >= gap * 1.1 {
            extension = gap / 2.0;
        }
        self.rise * ((sampled_secs + extension) / sampled_secs) / range_secs
    }
}
