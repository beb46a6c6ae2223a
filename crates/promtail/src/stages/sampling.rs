use yaml::Problem;

use crate::Entry;
use crate::config;
use crate::pipeline::{Change, Verdict};

/// `sampling`: a part of the lines passes.
pub(super) struct Sampling {
    rate: f64,
    reason: String,
    seen: u64,
}

impl Sampling {
    pub(super) fn new(config: &config::Sampling) -> Result<Self, Problem> {
        if !(0.0..=1.0).contains(&config.rate.value) {
            return Err(config.rate.problem("rate must be from 0 to 1"));
        }
        let reason = config.drop_counter_reason.clone();
        let reason = reason.unwrap_or_else(|| "sampling_stage".to_owned());
        Ok(Self { rate: config.rate.value, reason, seen: 0 })
    }
}

impl Change for Sampling {
    fn change(&mut self, _: &mut Entry, _: i64) -> Verdict {
        self.seen += 1;
        if share(self.seen) < self.rate {
            Verdict::Keep
        } else {
            Verdict::Drop(self.reason.clone())
        }
    }
}

/// A number from 0 to 1 for each line: SplitMix64 of its number, which is random enough.
fn share(seen: u64) -> f64 {
    let mut z = seen.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    #[expect(clippy::cast_precision_loss, reason = "53 bits, which are exact")]
    let part = ((z ^ (z >> 31)) >> 11) as f64;
    part / 9_007_199_254_740_992.0
}
