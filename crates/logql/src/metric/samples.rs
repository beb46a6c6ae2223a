use serde::{Deserialize, Serialize};

use super::sliding;
use super::steps::{Steps, Window};
use crate::ast::RangeOp;

/// The numbers of one series, in columns, in no order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Samples {
    timestamps: Vec<i64>,
    arrivals: Vec<u64>,
    values: Vec<f64>,
}

/// One sample of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) timestamp: i64,
    pub(crate) arrival: u64,
    pub(crate) value: f64,
}

impl Samples {
    pub(crate) fn push(&mut self, timestamp: i64, arrival: u64, value: f64) {
        self.timestamps.push(timestamp);
        self.arrivals.push(arrival);
        self.values.push(value);
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.timestamps.extend(other.timestamps);
        self.arrivals.extend(other.arrivals);
        self.values.extend(other.values);
    }

    /// Sorted, also by value, so that sums of floats do not depend on the order of merging.
    fn in_order(&self) -> Vec<Point> {
        let columns = self.timestamps.iter().zip(&self.arrivals).zip(&self.values);
        let mut points: Vec<Point> = columns
            .map(|((timestamp, arrival), value)| Point {
                timestamp: *timestamp,
                arrival: *arrival,
                value: *value,
            })
            .collect();
        points.sort_by(|a, b| {
            (a.timestamp, a.arrival)
                .cmp(&(b.timestamp, b.arrival))
                .then_with(|| a.value.total_cmp(&b.value))
        });
        points
    }

    pub(crate) fn aggregate(
        &self,
        op: RangeOp,
        parameter: f64,
        steps: &Steps,
        window: Window,
    ) -> Vec<Option<f64>> {
        sliding::aggregate(&self.in_order(), op, parameter, steps, window)
    }
}
