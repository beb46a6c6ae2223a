//! The states of a rule's alerts, as Prometheus goes through them.

use std::collections::{BTreeMap, BTreeSet};

use logql::Sample;
use logql::template::AlertScope;
use model::Labels;
use serde::{Deserialize, Serialize};

use crate::labels::fingerprint;
use crate::record::set;
use crate::rule::{Kind, Rule};
use crate::time::MINUTE;

/// The layout of what is kept over a restart. Another one is not read: the rule starts afresh.
const VERSION: u32 = 1;
/// How long a resolved alert is kept, so that its end reaches everybody.
const RESOLVED_KEPT_NS: i64 = 15 * MINUTE;
/// After a longer pause a pending alert begins anew.
const OUTAGE_TOLERANCE_NS: i64 = 60 * MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    Inactive,
    Pending,
    Firing,
}

impl AlertState {
    /// As it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Firing => "firing",
        }
    }
}

/// How a rule's last evaluation went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    #[default]
    Unknown,
    Ok,
    Err,
}

/// One series of a rule. Times in nanoseconds since 1970.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActiveAlert {
    /// With those of the rule and `alertname`.
    pub labels: Labels,
    pub annotations: BTreeMap<String, String>,
    pub state: AlertState,
    #[serde(with = "crate::number")]
    pub value: f64,
    /// When it was first seen.
    pub active_at: i64,
    pub fired_at: Option<i64>,
    pub resolved_at: Option<i64>,
    /// Since when only `keep_firing_for` holds it.
    pub keep_firing_since: Option<i64>,
    pub last_sent_at: Option<i64>,
}

impl ActiveAlert {
    /// Whether those who are told again and again are to be told now.
    pub fn is_due(&self, at: i64, resend_ns: i64) -> bool {
        let Some(sent) = self.last_sent_at else { return self.state != AlertState::Pending };
        match self.state {
            AlertState::Pending => false,
            AlertState::Inactive if self.resolved_at.is_some_and(|end| end > sent) => true,
            AlertState::Inactive | AlertState::Firing => sent.saturating_add(resend_ns) < at,
        }
    }
}

/// What an evaluation made of an alert, for the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub at: i64,
    pub from: AlertState,
    pub to: AlertState,
    pub fingerprint: u64,
    pub labels: Labels,
    #[serde(with = "crate::number")]
    pub value: f64,
}

/// What an evaluation needs besides its samples.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time the rule is evaluated for.
    pub at: i64,
    pub interval_ns: i64,
    /// More alerts than this are an error; 0: any number.
    pub limit: usize,
    pub external_labels: &'a Labels,
    pub external_url: &'a str,
}

impl Context<'_> {
    /// What the texts of a rule see at a sample.
    pub(crate) fn scope<'s>(&'s self, sample: &'s Sample) -> AlertScope<'s> {
        AlertScope {
            labels: &sample.labels,
            value: sample.value,
            external_labels: self.external_labels,
            external_url: self.external_url,
            now: self.at,
        }
    }
}

/// Why samples could not become alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluationError {
    /// Two samples gave the same alert.
    SameLabels(Labels),
    /// All alerts of the rule were dropped.
    TooMany { limit: usize, found: usize },
}

impl std::fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::SameLabels(labels) => write!(
                f,
                "two series give the same alert {labels}: the labels of the rule hide what tells \
                 them apart"
            ),
            Self::TooMany { limit, found } => write!(
                f,
                "{found} alerts, more than the limit {limit} of the group: all are dropped; group \
                 the result by fewer labels or raise `limit`"
            ),
        }
    }
}

impl std::error::Error for EvaluationError {}

/// All that is known of a rule between evaluations, kept over restarts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleState {
    version: u32,
    /// By fingerprint.
    pub alerts: BTreeMap<u64, ActiveAlert>,
    pub health: Health,
    pub last_error: Option<String>,
    pub last_evaluation: Option<i64>,
    /// How long that took.
    pub evaluation_ns: i64,
    /// Evaluations that should have been since the rule began, and were not.
    pub missed: u64,
}

impl Default for RuleState {
    fn default() -> Self {
        Self {
            version: VERSION,
            alerts: BTreeMap::new(),
            health: Health::Unknown,
            last_error: None,
            last_evaluation: None,
            evaluation_ns: 0,
            missed: 0,
        }
    }
}

impl RuleState {
    /// What was kept before a restart. Time that nobody watched counts for no `for`: a pending
    /// alert goes on where it was, after a long pause it begins anew. A firing one keeps firing
    /// until an evaluation says otherwise, so that none is told twice or forgotten.
    #[must_use]
    pub fn restored(mut self, at: i64, interval_ns: i64) -> Self {
        if self.version != VERSION {
            return Self::default();
        }
        let Some(last) = self.last_evaluation else { return self };
        let unwatched = at.saturating_sub(last).saturating_sub(interval_ns).max(0);
        if at.saturating_sub(last) > OUTAGE_TOLERANCE_NS {
            self.alerts.retain(|_, alert| alert.state != AlertState::Pending);
        }
        for alert in self.alerts.values_mut().filter(|a| a.state == AlertState::Pending) {
            alert.active_at = alert.active_at.saturating_add(unwatched);
        }
        self
    }

    /// Notes that the rule could not be evaluated. Its alerts stay as they are.
    pub fn failed(&mut self, at: i64, interval_ns: i64, error: impl Into<String>) {
        self.evaluated(at, interval_ns);
        self.health = Health::Err;
        self.last_error = Some(error.into());
    }

    /// The highest state of its alerts.
    pub fn state(&self) -> AlertState {
        self.alerts.values().map(|alert| alert.state).max().unwrap_or(AlertState::Inactive)
    }

    /// Takes the samples of an evaluation; gives what changed.
    pub fn evaluate(
        &mut self,
        rule: &Rule,
        samples: &[Sample],
        context: &Context<'_>,
    ) -> Result<Vec<Change>, EvaluationError> {
        self.evaluated(context.at, context.interval_ns);
        let result = self.step(rule, samples, context);
        match &result {
            Ok(_) => (self.health, self.last_error) = (Health::Ok, None),
            Err(error) => (self.health, self.last_error) = (Health::Err, Some(error.to_string())),
        }
        result
    }

    /// The alerts that are to be told to an Alertmanager now. Whoever told them says so by `sent`.
    pub fn due(&self, at: i64, resend_ns: i64) -> impl Iterator<Item = (u64, &ActiveAlert)> {
        let due = self.alerts.iter().filter(move |(_, alert)| alert.is_due(at, resend_ns));
        due.map(|(fingerprint, alert)| (*fingerprint, alert))
    }

    /// Notes that these were told.
    pub fn sent(&mut self, fingerprints: &[u64], at: i64) {
        for fingerprint in fingerprints {
            if let Some(alert) = self.alerts.get_mut(fingerprint) {
                alert.last_sent_at = Some(at);
            }
        }
    }

    fn evaluated(&mut self, at: i64, interval_ns: i64) {
        if let Some(last) = self.last_evaluation {
            let intervals = at.saturating_sub(last) / interval_ns.max(1);
            self.missed += u64::try_from(intervals.saturating_sub(1)).unwrap_or(0);
        }
        self.last_evaluation = Some(at);
    }

    fn step(
        &mut self,
        rule: &Rule,
        samples: &[Sample],
        context: &Context<'_>,
    ) -> Result<Vec<Change>, EvaluationError> {
        let Kind::Alert { for_ns, keep_firing_ns, .. } = rule.kind else { return Ok(Vec::new()) };
        let at = context.at;
        let mut seen = BTreeMap::new();
        for sample in samples {
            let alert = alert(rule, sample, context);
            let labels = alert.labels.clone();
            if seen.insert(fingerprint(&labels), alert).is_some() {
                return Err(EvaluationError::SameLabels(labels));
            }
        }
        let present: BTreeSet<u64> = seen.keys().copied().collect();
        let before: BTreeMap<u64, AlertState> =
            self.alerts.iter().map(|(key, alert)| (*key, alert.state)).collect();
        for (key, alert) in seen {
            match self.alerts.get_mut(&key) {
                Some(known) if known.state != AlertState::Inactive => {
                    known.value = alert.value;
                    known.annotations = alert.annotations;
                }
                _ => {
                    self.alerts.insert(key, alert);
                }
            }
        }
        let mut changes = Vec::new();
        let mut num_active = 0;
        self.alerts.retain(|key, alert| {
            let was = before.get(key).copied().unwrap_or(AlertState::Inactive);
            let stays = if present.contains(key) {
                alert.keep_firing_since = None;
                if alert.state == AlertState::Pending && at - alert.active_at >= for_ns {
                    alert.state = AlertState::Firing;
                    alert.fired_at = Some(at);
                }
                true
            } else {
                vanished(alert, at, keep_firing_ns)
            };
            num_active += usize::from(stays && alert.state != AlertState::Inactive);
            let to = if stays { alert.state } else { AlertState::Inactive };
            if was != to {
                let labels = alert.labels.clone();
                changes.push(Change {
                    at,
                    from: was,
                    to,
                    fingerprint: *key,
                    labels,
                    value: alert.value,
                });
            }
            stays
        });
        if context.limit > 0 && num_active > context.limit {
            self.alerts.clear();
            return Err(EvaluationError::TooMany { limit: context.limit, found: num_active });
        }
        Ok(changes)
    }
}

/// Goes on with an alert whose series is gone; whether it is kept.
fn vanished(alert: &mut ActiveAlert, at: i64, keep_firing_ns: i64) -> bool {
    match alert.state {
        AlertState::Pending => false,
        AlertState::Inactive => {
            alert.resolved_at.is_some_and(|end| at.saturating_sub(end) <= RESOLVED_KEPT_NS)
        }
        AlertState::Firing => {
            let since = *alert.keep_firing_since.get_or_insert(at);
            if keep_firing_ns == 0 || at.saturating_sub(since) >= keep_firing_ns {
                alert.state = AlertState::Inactive;
                alert.resolved_at = Some(at);
                alert.keep_firing_since = None;
            }
            true
        }
    }
}

/// The alert of a sample, as it is when first seen.
fn alert(rule: &Rule, sample: &Sample, context: &Context<'_>) -> ActiveAlert {
    let scope = context.scope(sample);
    let mut labels = sample.labels.clone();
    for (name, text) in &rule.labels {
        set(&mut labels, name, text.fill(&scope));
    }
    labels.set("alertname", &rule.name);
    let annotations = match &rule.kind {
        Kind::Alert { annotations, .. } => annotations.as_slice(),
        Kind::Record => &[],
    };
    let annotations = annotations.iter().map(|(name, text)| (name.clone(), text.fill(&scope)));
    ActiveAlert {
        labels,
        annotations: annotations.collect(),
        state: AlertState::Pending,
        value: sample.value,
        active_at: context.at,
        fired_at: None,
        resolved_at: None,
        keep_firing_since: None,
        last_sent_at: None,
    }
}
