use std::collections::HashMap;

use yaml::Problem;

use crate::Entry;
use crate::config;
use crate::pipeline::{Change, Verdict};

const MIN_DISTINCT: usize = 10_000;

/// `limit`: so many lines a second pass, and at once as many as the burst.
pub(super) struct Limit {
    rate: f64,
    burst: f64,
    drop: bool,
    by_label: Option<String>,
    max_distinct: usize,
    buckets: HashMap<String, Bucket>,
}

struct Bucket {
    tokens: f64,
    last: i64,
}

impl Limit {
    pub(super) fn new(config: &config::Limit) -> Result<Self, Problem> {
        if config.rate.value <= 0.0 || !config.rate.is_finite() {
            return Err(config.rate.problem("rate must be above 0"));
        }
        if config.burst.value == 0 {
            return Err(config.burst.problem("burst must be at least 1"));
        }
        if let Some(label) = config.by_label_name.as_ref().filter(|_| !config.drop) {
            return Err(label.problem("by_label_name needs drop: true"));
        }
        #[expect(clippy::cast_precision_loss, reason = "a burst is small")]
        let burst = config.burst.value as f64;
        Ok(Self {
            rate: config.rate.value,
            burst,
            drop: config.drop,
            by_label: config.by_label_name.as_ref().map(|label| label.value.clone()),
            max_distinct: config.max_distinct_labels.unwrap_or(0).max(MIN_DISTINCT),
            buckets: HashMap::new(),
        })
    }
}

impl Change for Limit {
    fn change(&mut self, entry: &mut Entry, now: i64) -> Verdict {
        // Promtail would wait to spare the network. The lines are here already.
        if !self.drop {
            return Verdict::Keep;
        }
        let key = match &self.by_label {
            None => String::new(),
            Some(name) => match entry.labels.get(name) {
                Some(value) => value.to_owned(),
                None => return Verdict::Keep,
            },
        };
        if self.buckets.len() >= self.max_distinct && !self.buckets.contains_key(&key) {
            self.buckets.clear();
        }
        let burst = self.burst;
        let bucket = self.buckets.entry(key).or_insert(Bucket { tokens: burst, last: now });
        #[expect(clippy::cast_precision_loss, reason = "a time between two lines")]
        let seconds = now.saturating_sub(bucket.last).max(0) as f64 / 1e9;
        bucket.tokens = (bucket.tokens + seconds * self.rate).min(burst);
        bucket.last = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Verdict::Keep;
        }
        let by = if self.by_label.is_some() {
            "ratelimit_by_label_drop_stage"
        } else {
            "ratelimit_drop_stage"
        };
        Verdict::Drop(by.to_owned())
    }
}
