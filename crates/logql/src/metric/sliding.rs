//! Aggregations over windows that slide along sorted samples. Nothing is ever taken out of a sum
//! again, since floats would not forget it: two stacks of partial results make each step cost
//! what its new samples cost.

use super::quantile;
use super::samples::Point;
use super::steps::{Steps, Window};
use super::summary::Summary;
use crate::ast::RangeOp;

/// The value at each step; None where the window is empty.
pub(crate) fn aggregate(
    points: &[Point],
    op: RangeOp,
    parameter: f64,
    steps: &Steps,
    window: Window,
) -> Vec<Option<f64>> {
    if op == RangeOp::QuantileOverTime {
        return quantile::over_time(points, parameter, steps, window);
    }
    let mut queue = Queue::default();
    let mut values = Vec::with_capacity(steps.len());
    let (mut head, mut tail) = (0, 0);
    for step in 0..steps.len() {
        let (from, to) = steps.window(step, window);
        while tail < head && points.get(tail).is_some_and(|p| p.timestamp <= from) {
            queue.pop();
            tail += 1;
        }
        while let Some(point) = points.get(head).filter(|p| p.timestamp <= to) {
            head += 1;
            if point.timestamp > from {
                queue.push(Summary::of(point));
            } else {
                // Between two windows that do not meet; all before it are out already.
                tail = head;
            }
        }
        values.push(queue.total().map(|total| total.value(op, from, to)));
    }
    values
}

/// First in, first out, with the summary of all that is in.
#[derive(Debug, Default)]
struct Queue {
    /// Newest first; each with the summary from it to the newest of `front`.
    front: Vec<Summary>,
    back: Vec<Summary>,
    back_total: Option<Summary>,
}

impl Queue {
    fn push(&mut self, summary: Summary) {
        self.back_total = Some(match &self.back_total {
            Some(total) => total.then(&summary),
            None => summary,
        });
        self.back.push(summary);
    }

    fn pop(&mut self) {
        if self.front.is_empty() {
            let mut total: Option<Summary> = None;
            for summary in self.back.drain(..).rev() {
                let sum = match &total {
                    Some(later) => summary.then(later),
                    None => summary,
                };
                total = Some(sum);
                self.front.push(sum);
            }
            self.back_total = None;
        }
        self.front.pop();
    }

    fn total(&self) -> Option<Summary> {
        match (self.front.last(), &self.back_total) {
            (Some(front), Some(back)) => Some(front.then(back)),
            (Some(one), None) | (None, Some(one)) => Some(*one),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows that overlap, touch and leave gaps.
    #[test]
    fn a_sliding_aggregation_is_that_of_each_window() {
        let mut points: Vec<Point> = (0_i64..60)
            .map(|at| Point {
                timestamp: at * at % 97 * 10,
                arrival: 0,
                value: f64::from(u32::try_from(at * 7 % 23).unwrap()) - 11.0,
            })
            .collect();
        points.sort_by_key(|point| point.timestamp);
        let steps = Steps::range(0, 1200, 70);
        for range_ns in [30, 70, 400] {
            let window = Window { range_ns, offset_ns: 10 };
            let naive = |op: RangeOp, inside: &[f64]| -> f64 {
                #[expect(clippy::cast_precision_loss, reason = "a handful of samples")]
                let count = inside.len() as f64;
                let sum: f64 = inside.iter().sum();
                let mean = sum / count;
                match op {
                    RangeOp::SumOverTime => sum,
                    RangeOp::AvgOverTime => mean,
                    RangeOp::MinOverTime => inside.iter().copied().fold(f64::INFINITY, f64::min),
                    RangeOp::MaxOverTime => {
                        inside.iter().copied().fold(f64::NEG_INFINITY, f64::max)
                    }
                    RangeOp::StdvarOverTime => {
                        inside.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count
                    }
                    RangeOp::FirstOverTime => inside[0],
                    _ => inside[inside.len() - 1],
                }
            };
            for op in [
                RangeOp::SumOverTime,
                RangeOp::AvgOverTime,
                RangeOp::MinOverTime,
                RangeOp::MaxOverTime,
                RangeOp::StdvarOverTime,
                RangeOp::FirstOverTime,
                RangeOp::LastOverTime,
            ] {
                let found = aggregate(&points, op, 0.0, &steps, window);
                for (step, found) in found.into_iter().enumerate() {
                    let (from, to) = steps.window(step, window);
                    let inside: Vec<f64> = points
                        .iter()
                        .filter(|p| from < p.timestamp && p.timestamp <= to)
                        .map(|p| p.value)
                        .collect();
                    let expected = (!inside.is_empty()).then(|| naive(op, &inside));
                    let close = match (found, expected) {
                        (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
                        (found, expected) => found == expected,
                    };
                    assert!(close, "{op:?} {range_ns} step {step}: {found:?} {expected:?}");
                }
            }
        }
    }
}
