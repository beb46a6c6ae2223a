use std::collections::HashMap;

use chunk::ChunkId;
use model::Timestamp;
use protocol::status::{Amount, Retention, RetentionOf};

use super::apply::going;
use super::plan::Why;
use crate::store::catalogue::Catalogue;

const DAY_NS: i64 = 86_400_000_000_000;

/// What each rule keeps at `now`, what goes by it and when: the plan that
/// [`apply`](super::apply()) follows.
pub(crate) fn report(catalogue: &Catalogue, journal_bytes: u64, now: i64) -> Retention {
    let policy = catalogue.policy();
    let why: HashMap<ChunkId, Why> = going(catalogue, journal_bytes, now)
        .into_iter()
        .map(|(chunk, why)| (chunk.id, why))
        .collect();
    let selectors = policy.rules.iter().map(|rule| rule.selector.clone());
    let ages = policy.ages_ns();
    let rules = selectors.chain([String::new()]).zip(&ages).map(|(selector, age)| RetentionOf {
        selector,
        keep_seconds: u64::try_from(age / 1_000_000_000).unwrap_or_default(),
        ..RetentionOf::default()
    });
    let mut rules: Vec<RetentionOf> = rules.collect();
    for stream in catalogue.streams().iter().filter(|stream| !stream.is_empty()) {
        let (Some(rule), Some(age)) = (rules.get_mut(stream.rule), ages.get(stream.rule)) else {
            continue;
        };
        rule.streams += 1;
        rule.waiting_entries += stream.head.len() as u64;
        for chunk in &stream.chunks {
            let add = |amount: &mut Amount| {
                amount.chunks += 1;
                amount.entries += chunk.num_entries();
                amount.bytes += chunk.size;
            };
            add(&mut rule.kept);
            let ends = chunk.taken.saturating_add(*age);
            match why.get(&chunk.id) {
                Some(Why::Age) => add(&mut rule.too_old),
                Some(Why::Bytes) => add(&mut rule.too_much),
                None => {
                    if ends < now.saturating_add(DAY_NS) {
                        add(&mut rule.within_day);
                    }
                    let ends = Timestamp(ends);
                    rule.next = Some(rule.next.map_or(ends, |next| next.min(ends)));
                }
            }
        }
    }
    Retention { limit_bytes: policy.bytes, rules }
}
