//! Exact quantiles over sliding windows: samples are ranked once, a Fenwick tree over the ranks
//! counts those in the window.

use super::samples::Point;
use super::steps::{Steps, Window};

/// The `q` quantile at each step, between two samples interpolated; None where there are none.
pub(crate) fn over_time(
    points: &[Point],
    q: f64,
    steps: &Steps,
    window: Window,
) -> Vec<Option<f64>> {
    let mut by_value: Vec<usize> = (0..points.len()).collect();
    by_value.sort_by(|a, b| nan_first(points[*a].value, points[*b].value));
    let mut rank = vec![0; points.len()];
    for (at, point) in by_value.iter().enumerate() {
        rank[*point] = at;
    }
    let mut tree = Counts::new(points.len());
    let (mut head, mut tail) = (0, 0);
    (0..steps.len())
        .map(|step| {
            let (from, to) = steps.window(step, window);
            while points.get(head).is_some_and(|p| p.timestamp <= to) {
                tree.add(rank[head], 1);
                head += 1;
            }
            while tail < head && points[tail].timestamp <= from {
                tree.add(rank[tail], -1);
                tail += 1;
            }
            let value = |at: usize| points[by_value[tree.nth(at)]].value;
            interpolate(q, head - tail, value)
        })
        .collect()
}

fn nan_first(a: f64, b: f64) -> std::cmp::Ordering {
    b.is_nan().cmp(&a.is_nan()).then_with(|| a.total_cmp(&b))
}

/// The quantile of `count` numbers, `value` giving the n-th smallest.
pub(crate) fn interpolate(q: f64, count: usize, value: impl Fn(usize) -> f64) -> Option<f64> {
    if count == 0 {
        return None;
    }
    if q.is_nan() {
        return Some(f64::NAN);
    }
    if q < 0.0 {
        return Some(f64::NEG_INFINITY);
    }
    if q > 1.0 {
        return Some(f64::INFINITY);
    }
    #[expect(clippy::cast_precision_loss, reason = "a rank is far below 2^53")]
    let rank = q * (count - 1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and count"
    )]
    let lower = rank.floor() as usize;
    let upper = (lower + 1).min(count - 1);
    let weight = rank - rank.floor();
    Some(value(lower) * (1.0 - weight) + value(upper) * weight)
}

/// A Fenwick tree.
#[derive(Debug)]
struct Counts {
    tree: Vec<i32>,
}

impl Counts {
    fn new(len: usize) -> Self {
        Self { tree: vec![0; len + 1] }
    }

    fn add(&mut self, at: usize, amount: i32) {
        let mut at = at + 1;
        while at < self.tree.len() {
            self.tree[at] += amount;
            at += at & at.wrapping_neg();
        }
    }

    /// The place of the n-th (from 0) that is in.
    fn nth(&self, n: usize) -> usize {
        let mut left = i32::try_from(n + 1).unwrap_or(i32::MAX);
        let mut at = 0;
        let mut step = self.tree.len().next_power_of_two() / 2;
        while step > 0 {
            if let Some(count) = self.tree.get(at + step)
                && *count < left
            {
                left -= count;
                at += step;
            }
            step /= 2;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sliding_quantile_is_that_of_its_window() {
        let values = [5.0, 1.0, 4.0, 4.0, -2.0, 8.0, 0.5, 3.0];
        let points: Vec<Point> = (0_i64..)
            .zip(values)
            .map(|(at, value)| Point { timestamp: at * 10, arrival: 0, value })
            .collect();
        let steps = Steps::range(0, 90, 10);
        let window = Window { range_ns: 30, offset_ns: 0 };
        for q in [0.0, 0.3, 0.5, 0.99, 1.0] {
            let found = over_time(&points, q, &steps, window);
            for (step, found) in found.iter().enumerate() {
                let (from, to) = steps.window(step, window);
                let mut inside: Vec<f64> = points
                    .iter()
                    .filter(|p| from < p.timestamp && p.timestamp <= to)
                    .map(|p| p.value)
                    .collect();
                inside.sort_by(f64::total_cmp);
                assert_eq!(*found, interpolate(q, inside.len(), |at| inside[at]), "{q} {step}");
            }
        }
    }
}
