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
        while let Some(point) = points.get(head).filter(|p| p.timestamp <= to) {
            // A sample between two windows that do not meet belongs to neither.
            if point.timestamp > from {
                queue.push(Summary::of(point));
            } else {
                tail = head + 1;
            }
            head += 1;
        }
        while tail < head && points.get(tail).is_some_and(|p| p.timestamp <= from) {
            queue.pop();
            tail += 1;
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
