//! What is sent when: alerts are grouped, repeated, held back at night, and tried again.
//!
//! One schedule for each receiver, kept over restarts. `update` takes the alerts as they are,
//! `due` gives what is to be sent now, `answered` what came of it, `next_at` when to ask again.

use std::collections::BTreeMap;

use model::Labels;
use serde::{Deserialize, Serialize};

use crate::labels::fingerprint;
use crate::send::{Notice, Status, Verdict};
use crate::time::{MINUTE, SECOND};

/// How a receiver wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Alerts that agree in these labels are told together.
    pub group_by: Vec<String>,
    /// Longer: what begins together is one message. Shorter: the first is known sooner.
    pub group_wait_ns: i64,
    /// Between a group's messages, when it changes.
    pub group_interval_ns: i64,
    /// Between its messages, when nothing changes.
    pub repeat_interval_ns: i64,
    pub send_resolved: bool,
    pub quiet: Vec<Quiet>,
    /// Of the clock that quiet hours are meant by, east of UTC.
    pub utc_offset_secs: i64,
    /// Values of `severity` that are told in quiet hours too.
    pub always: Vec<String>,
}

/// From a minute of the day up to another one, over midnight too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    pub from_minute: i64,
    pub to_minute: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            group_by: vec!["alertname".to_owned(), "job".to_owned()],
            group_wait_ns: 30 * SECOND,
            group_interval_ns: 5 * MINUTE,
            repeat_interval_ns: 240 * MINUTE,
            send_resolved: true,
            quiet: Vec::new(),
            utc_offset_secs: 0,
            always: vec!["critical".to_owned()],
        }
    }
}

/// Something to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The group's number, for `answered`.
    pub id: u64,
    pub group: Labels,
    pub notices: Vec<Notice>,
}

/// What is known between calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    groups: BTreeMap<u64, Group>,
    /// When messages went out lately, the oldest first.
    sent_at: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Group {
    labels: Labels,
    alerts: BTreeMap<u64, Told>,
    /// Nothing goes out before.
    ready_at: i64,
    last_sent_at: Option<i64>,
    attempts: u32,
    /// What was given out and not answered, and in which state it was.
    #[serde(skip)]
    on_the_way: BTreeMap<u64, Status>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Told {
    notice: Notice,
    told: Option<Status>,
}

const FIRST_RETRY_NS: i64 = 5 * SECOND;
const MAX_RETRY_NS: i64 = 5 * MINUTE;

impl Schedule {
    /// Takes alerts that fire or are resolved. One that was never told and is resolved is told
    /// still, once: what happened at night is known in the morning.
    pub fn update(&mut self, policy: &Policy, now: i64, notices: &[Notice]) {
        for notice in notices {
            let by = |name: &String| Some((name.clone(), notice.labels.get(name)?.to_owned()));
            let labels: Labels = policy.group_by.iter().filter_map(by).collect();
            let key = notice.fingerprint();
            let id = fingerprint(&labels);
            let known = self.groups.get(&id).is_some_and(|group| group.alerts.contains_key(&key));
            // The end of what is told already comes again and again.
            let is_old = notice.status == Status::Resolved && !known;
            if is_old {
                continue;
            }
            let group = self.groups.entry(id).or_insert_with(|| Group {
                labels,
                alerts: BTreeMap::new(),
                ready_at: now.saturating_add(policy.group_wait_ns),
                last_sent_at: None,
                attempts: 0,
                on_the_way: BTreeMap::new(),
            });
            match group.alerts.get_mut(&key) {
                Some(told) => told.notice = notice.clone(),
                None => {
                    group.alerts.insert(key, Told { notice: notice.clone(), told: None });
                }
            }
        }
    }

    /// What is to be sent now, as many as `rate` (messages, nanoseconds) allows.
    pub fn due(&mut self, policy: &Policy, now: i64, rate: (usize, i64)) -> Vec<Delivery> {
        self.sent_at.retain(|at| now.saturating_sub(*at) < rate.1);
        let mut due = Vec::new();
        for (id, group) in &mut self.groups {
            group.forget(policy);
            if self.sent_at.len() >= rate.0 {
                break;
            }
            if !group.on_the_way.is_empty() || group.wakes_at(policy).is_none_or(|at| at > now) {
                continue;
            }
            self.sent_at.push(now);
            let alerts = group.alerts.iter();
            group.on_the_way = alerts.map(|(key, told)| (*key, told.notice.status)).collect();
            let notices = group.alerts.values().map(|told| told.notice.clone()).collect();
            due.push(Delivery { id: *id, group: group.labels.clone(), notices });
        }
        self.groups.retain(|_, group| !group.alerts.is_empty());
        due
    }

    /// Says what came of a delivery.
    pub fn answered(&mut self, policy: &Policy, id: u64, verdict: &Verdict, now: i64) {
        let Some(group) = self.groups.get_mut(&id) else { return };
        let on_the_way = std::mem::take(&mut group.on_the_way);
        if let Verdict::Retry { after_ns, .. } = verdict {
            let backoff = FIRST_RETRY_NS.saturating_mul(1 << group.attempts.min(10));
            let wait = after_ns.unwrap_or(0).max(backoff.min(MAX_RETRY_NS));
            group.attempts = group.attempts.saturating_add(1);
            group.ready_at = now.saturating_add(wait);
            return;
        }
        // What is refused is refused again: the group waits for its next turn.
        group.attempts = 0;
        group.last_sent_at = Some(now);
        group.ready_at = now.saturating_add(policy.group_interval_ns);
        for (key, status) in on_the_way {
            if let Some(told) = group.alerts.get_mut(&key) {
                told.told = Some(status);
            }
        }
        group.forget(policy);
        if group.alerts.is_empty() {
            self.groups.remove(&id);
        }
    }

    /// Alerts that were not told as they are now.
    pub fn num_untold(&self) -> usize {
        let alerts = self.groups.values().flat_map(|group| group.alerts.values());
        alerts.filter(|one| one.told != Some(one.notice.status)).count()
    }

    /// When `due` may have something; None: not before the next `update`.
    pub fn next_at(&self, policy: &Policy, now: i64, rate: (usize, i64)) -> Option<i64> {
        let waiting = self.groups.values().filter(|group| group.on_the_way.is_empty());
        let first = waiting.filter_map(|group| group.wakes_at(policy)).min()?;
        let recent: Vec<i64> =
            self.sent_at.iter().copied().filter(|at| now.saturating_sub(*at) < rate.1).collect();
        let free = if recent.len() >= rate.0 { recent.first().map(|at| at + rate.1) } else { None };
        Some(first.max(free.unwrap_or(i64::MIN)).max(now))
    }
}

impl Group {
    /// Drops what is over and needs no word any more.
    fn forget(&mut self, policy: &Policy) {
        self.alerts.retain(|_, one| match (one.notice.status, one.told) {
            (Status::Resolved, Some(Status::Resolved)) => false,
            (Status::Resolved, Some(Status::Firing)) => policy.send_resolved,
            _ => true,
        });
    }

    /// When it has something to say.
    fn wakes_at(&self, policy: &Policy) -> Option<i64> {
        if self.alerts.is_empty() {
            return None;
        }
        let changed = self.alerts.values().any(|one| one.told != Some(one.notice.status));
        let at = match self.last_sent_at {
            Some(sent) if !changed => sent.saturating_add(policy.repeat_interval_ns),
            _ => self.ready_at,
        }
        .max(self.ready_at);
        let severe = self.alerts.values().any(|one| {
            let severity = one.notice.labels.get("severity");
            severity.is_some_and(|severity| policy.always.iter().any(|known| known == severity))
        });
        Some(if severe { at } else { policy.after_quiet(at) })
    }
}

impl Policy {
    /// The first moment from `at` on that is not quiet.
    fn after_quiet(&self, at: i64) -> i64 {
        const DAY: i64 = 24 * 60;
        let mut at = at;
        // One quiet time may end in another.
        for _ in 0..=self.quiet.len() {
            let local = at.saturating_add(self.utc_offset_secs.saturating_mul(SECOND));
            let minute = local.div_euclid(MINUTE).rem_euclid(DAY);
            let within = |quiet: &&Quiet| {
                let length = (quiet.to_minute - quiet.from_minute).rem_euclid(DAY);
                (minute - quiet.from_minute).rem_euclid(DAY) < length
            };
            let Some(quiet) = self.quiet.iter().find(within) else { break };
            let left = (quiet.to_minute - minute).rem_euclid(DAY);
            at = at.saturating_add(left * MINUTE).saturating_sub(local.rem_euclid(MINUTE));
        }
        at
    }
}
