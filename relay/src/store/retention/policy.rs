use std::time::Duration;

use model::Labels;

use crate::store::{RetentionRule, StoreOptions};

/// How long entries of which streams stay, and how much may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    /// The first that is for a stream counts.
    pub rules: Vec<RetentionRule>,
    /// Of streams that no rule is for.
    pub keep: Duration,
    /// All together, in bytes.
    pub bytes: Option<u64>,
}

/// Streams are sealed and chunks merged in parts of their time, so that whole chunks can go soon
/// after the time of their first entry.
const PARTS: i64 = 8;
/// No part is longer.
const DAY_NS: i64 = 86_400_000_000_000;
/// Nor shorter: a chunk takes a file.
const SECOND_NS: i64 = 1_000_000_000;

impl Policy {
    pub(crate) fn of(options: &StoreOptions) -> Self {
        Self {
            rules: options.retention_rules.clone(),
            keep: options.retention,
            bytes: options.retention_bytes,
        }
    }

    /// The place of the rule for these labels; one behind the last when none is.
    pub(crate) fn rule_of(&self, labels: &Labels) -> usize {
        let found = self.rules.iter().position(|rule| rule.is_for(labels));
        found.unwrap_or(self.rules.len())
    }

    /// How long entries of such streams stay, in nanoseconds.
    pub(crate) fn age_ns(&self, rule: usize) -> i64 {
        nanos(self.rules.get(rule).map_or(self.keep, |rule| rule.keep))
    }

    /// Of each rule, and last of what no rule is for.
    pub(crate) fn ages_ns(&self) -> Vec<i64> {
        (0..=self.rules.len()).map(|rule| self.age_ns(rule)).collect()
    }

    /// The longest of them.
    pub(crate) fn longest_ns(&self) -> i64 {
        self.ages_ns().into_iter().max().unwrap_or_default()
    }

    /// The time over which entries of such streams may be taken that share a chunk.
    pub(crate) fn part_ns(&self, rule: usize) -> i64 {
        (self.age_ns(rule) / PARTS).clamp(SECOND_NS, DAY_NS)
    }
}

fn nanos(time: Duration) -> i64 {
    i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)
}
