use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use alert::rule::{Group, Kind};
use alert::send::Notice;
use alert::{ActiveAlert, Change, Context, Rule, RuleState};
use logql::Sample;
use model::{Entry, Labels};

use super::evidence::{Evidence, evidence};
use super::feed::Feed;
use super::saved;
use crate::store::Store;

/// What was written up to the time of an evaluation has been read after this.
const READ_NS: i64 = 500_000_000;
/// An evaluation takes place so long after its time: a traceback has all of its lines by then,
/// which come one after the other to an entry that is there already.
const SETTLED_NS: i64 = 3_000_000_000;

/// A group of rules that is being evaluated.
#[derive(Debug)]
pub(super) struct LiveGroup {
    pub file: String,
    pub group: Group,
    pub interval_ns: i64,
    pub rules: Vec<LiveRule>,
    /// The next time that is to be evaluated for.
    next_at: i64,
    /// Times that wait until their entries are settled, with the first arrival number beyond.
    settling: VecDeque<(i64, u64)>,
}

#[derive(Debug)]
pub(super) struct LiveRule {
    pub key: String,
    pub rule: Rule,
    pub state: RuleState,
    feed: Option<Feed>,
    /// Of alerts that fire, or did lately.
    evidence: BTreeMap<u64, Evidence>,
}

/// What an evaluation needs of the relay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    pub store: &'a Store,
    /// Where the page is, without a slash at the end.
    pub base: &'a str,
}

impl LiveGroup {
    pub(super) fn new(
        file: String,
        group: Group,
        default_interval_ns: i64,
        now: i64,
        mut state_of: impl FnMut(&str) -> Option<RuleState>,
    ) -> Self {
        let interval_ns = group.interval_ns.unwrap_or(default_interval_ns).max(1);
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let rules = group.rules.iter().map(|rule| {
            let number = numbers.entry(&rule.name).or_default();
            let key = saved::key(&file, &group.name, &rule.name, *number);
            *number += 1;
            let state = state_of(&key).unwrap_or_default();
            LiveRule { key, rule: rule.clone(), state, feed: None, evidence: BTreeMap::new() }
        });
        let rules = rules.collect();
        let next_at = aligned(now, interval_ns) + interval_ns;
        Self { file, group, interval_ns, rules, next_at, settling: VecDeque::new() }
    }

    /// When there is something to do.
    pub(super) fn wakes_at(&self) -> i64 {
        let settled = self.settling.front().map(|(at, _)| at.saturating_add(SETTLED_NS));
        settled.unwrap_or(i64::MAX).min(self.next_at.saturating_add(READ_NS))
    }

    /// The time that is to be evaluated for now, and the first arrival number that does not count.
    /// Of several the last: those before were missed, which the states count.
    pub(super) fn due(&mut self, now: i64, store: &Store) -> Option<(i64, u64)> {
        // The clock was set back.
        if self.next_at > now.saturating_add(2 * self.interval_ns) {
            self.settling.clear();
            self.next_at = aligned(now, self.interval_ns) + self.interval_ns;
        }
        if self.next_at.saturating_add(READ_NS) <= now {
            let at = aligned(now.saturating_sub(READ_NS), self.interval_ns);
            self.settling.push_back((at, store.next_arrival()));
            self.next_at = at.saturating_add(self.interval_ns);
        }
        let mut due = None;
        while let Some((at, end)) = self.settling.front().copied()
            && at.saturating_add(SETTLED_NS) <= now
        {
            self.settling.pop_front();
            due = Some((at, end));
        }
        due
    }

    /// Evaluates every rule for `at`. Gives what changed.
    pub(super) fn evaluate(
        &mut self,
        (at, end): (i64, u64),
        around: Surroundings<'_>,
    ) -> Vec<Change> {
        let none = Labels::new();
        let context = Context {
            at,
            interval_ns: self.interval_ns,
            limit: self.group.limit,
            external_labels: &none,
            external_url: around.base,
        };
        let offset_ns = self.group.offset_ns;
        let rules = self.rules.iter_mut();
        rules.flat_map(|rule| rule.evaluate(&context, at - offset_ns, end, around)).collect()
    }

    /// Its alerts that fire or are over, as they are told.
    pub(super) fn notices(&mut self, around: Surroundings<'_>) -> Vec<Notice> {
        self.rules.iter_mut().flat_map(|rule| rule.notices(around, |_| true)).collect()
    }

    /// Those that an Alertmanager is to hear of now. They count as told: what does not arrive is
    /// told again with the next round.
    pub(super) fn due_notices(
        &mut self,
        now: i64,
        resend_ns: i64,
        around: Surroundings<'_>,
    ) -> Vec<Notice> {
        let mut notices = Vec::new();
        for rule in &mut self.rules {
            notices.extend(rule.notices(around, |alert| alert.is_due(now, resend_ns)));
            let due: Vec<u64> = rule.state.due(now, resend_ns).map(|(key, _)| key).collect();
            rule.state.sent(&due, now);
        }
        notices
    }
}

/// The last multiple of `interval_ns` that is not after `now`.
const fn aligned(now: i64, interval_ns: i64) -> i64 {
    now - now.rem_euclid(interval_ns)
}

impl LiveRule {
    fn evaluate(
        &mut self,
        context: &Context<'_>,
        data_at: i64,
        end: u64,
        around: Surroundings<'_>,
    ) -> Vec<Change> {
        let begun = Instant::now();
        let changes = match self.samples(context, data_at, end, around.store) {
            Ok(samples) => {
                let changes = self.state.evaluate(&self.rule, &samples, context);
                if let Kind::Record = self.rule.kind {
                    self.record(&samples, context, around.store);
                }
                // The state has the error.
                changes.unwrap_or_default()
            }
            Err(error) => {
                self.feed = None;
                self.state.failed(context.at, context.interval_ns, error);
                Vec::new()
            }
        };
        self.state.evaluation_ns = i64::try_from(begun.elapsed().as_nanos()).unwrap_or(i64::MAX);
        let alerts = &self.state.alerts;
        self.evidence.retain(|key, _| alerts.contains_key(key));
        for change in &changes {
            // What it fired on before is not what it fires on now.
            self.evidence.remove(&change.fingerprint);
        }
        changes
    }

    fn samples(
        &mut self,
        context: &Context<'_>,
        data_at: i64,
        end: u64,
        store: &Store,
    ) -> Result<Vec<Sample>, String> {
        let feed = match &mut self.feed {
            Some(feed) => feed,
            None => {
                let feed = Feed::new(&self.rule.query, context.interval_ns);
                self.feed.insert(feed.map_err(|error| error.message)?)
            }
        };
        let (samples, gaps) =
            feed.samples(store, data_at, end).map_err(|error| error.to_string())?;
        for gap in gaps {
            tracing::warn!(rule = self.rule.name, "an evaluation misses something: {gap}");
        }
        Ok(samples)
    }

    fn record(&mut self, samples: &[Sample], context: &Context<'_>, store: &Store) {
        let mut streams: BTreeMap<Labels, Vec<Entry>> = BTreeMap::new();
        for (labels, entry) in alert::recorded(&self.rule, samples, context) {
            streams.entry(labels).or_default().push(entry);
        }
        if streams.is_empty() {
            return;
        }
        let error = match store.push(streams.into_iter().collect()) {
            Ok(pushed) if pushed.beyond_limit > 0 => format!(
                "{} results were not written down: {} streams are kept already; group the result \
                 by fewer labels or raise --max-streams",
                pushed.beyond_limit,
                store.max_streams()
            ),
            Ok(_) => return,
            Err(error) => error.to_string(),
        };
        self.state.health = alert::Health::Err;
        self.state.last_error = Some(error);
    }

    fn notices(
        &mut self,
        around: Surroundings<'_>,
        is_meant: impl Fn(&ActiveAlert) -> bool,
    ) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (key, alert) in self.state.alerts.iter().filter(|(_, alert)| is_meant(alert)) {
            if alert.state == alert::AlertState::Pending {
                continue;
            }
            let found = self
                .evidence
                .entry(*key)
                .or_insert_with(|| evidence(around.store, &self.rule, alert, around.base));
            notices.extend(Notice::new(alert, found.link.clone(), found.lines.clone()));
        }
        notices
    }
}
