use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Whole numbers added up for each step, as differences from step to step: an entry that counts
/// to a thousand steps costs two additions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deltas {
    /// The step that `deltas[0]` is for.
    first: usize,
    deltas: Vec<i64>,
}

impl Deltas {
    /// Adds `amount` to each of `steps`.
    pub(crate) fn add(&mut self, steps: Range<usize>, amount: i64) {
        if steps.is_empty() {
            return;
        }
        self.reach(steps.start);
        self.reach(steps.end);
        self.deltas[steps.start - self.first] += amount;
        self.deltas[steps.end - self.first] -= amount;
    }

    /// Makes room for `step`.
    fn reach(&mut self, step: usize) {
        if self.deltas.is_empty() {
            self.first = step;
        }
        if step < self.first {
            let more = self.first - step;
            self.deltas.splice(0..0, std::iter::repeat_n(0, more));
            self.first = step;
        }
        if step - self.first >= self.deltas.len() {
            self.deltas.resize(step - self.first + 1, 0);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if other.deltas.is_empty() {
            return;
        }
        self.reach(other.first);
        self.reach(other.first + other.deltas.len() - 1);
        let at = other.first - self.first;
        for (sum, delta) in self.deltas[at..].iter_mut().zip(&other.deltas) {
            *sum += delta;
        }
    }

    /// The sums of all steps before `len`.
    pub(crate) fn sums(&self, len: usize) -> Vec<i64> {
        let mut sums = vec![0; len];
        let mut sum = 0_i64;
        for (step, slot) in sums.iter_mut().enumerate().skip(self.first) {
            sum += self.deltas.get(step - self.first).copied().unwrap_or(0);
            *slot = sum;
        }
        sums
    }

    /// Whether this can belong to a run over `len` steps: states come from outside.
    pub(crate) fn fits(&self, len: usize) -> bool {
        self.deltas.is_empty()
            || self.first.checked_add(self.deltas.len()).is_some_and(|end| end <= len + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_overlap_in_any_order() {
        let adds = [(3..5, 1), (0..2, 2), (4..8, 4), (1..1, 9)];
        let sum = |adds: &[(Range<usize>, i64)]| {
            let mut deltas = Deltas::default();
            for (steps, amount) in adds {
                deltas.add(steps.clone(), *amount);
            }
            deltas
        };
        let whole = sum(&adds);
        assert_eq!(whole.sums(8), [2, 2, 0, 1, 5, 4, 4, 4]);
        assert!(whole.fits(8) && !whole.fits(7));
        for split in 0..adds.len() {
            let (mut left, right) = (sum(&adds[..split]), sum(&adds[split..]));
            left.merge(&right);
            assert_eq!(left.sums(8), whole.sums(8), "split at {split}");
        }
    }
}
